// Names with values, as many as one likes: custom headers, metadata.

import { useRef } from "preact/hooks";
import { Wrong } from "../controls/field";

export type Pairs = readonly (readonly [name: string, value: string])[];

interface Props {
  legend: string;
  hint: string;
  /** What one of them is called, and what adds one. */
  one: string;
  add: string;
  pairs: Pairs;
  wrong: string | null;
  onChange: (pairs: Pairs) => void;
}

export function PairsField({ legend, hint, one, add, pairs, wrong, onChange }: Props) {
  const fieldset = useRef<HTMLFieldSetElement>(null);
  const change = (at: number, pair: readonly [string, string]) =>
    onChange(pairs.map((before, index) => (index === at ? pair : before)));
  const remove = (at: number) => {
    // The button goes with its row; the one that adds rows is always there.
    fieldset.current?.querySelector<HTMLButtonElement>("button.add")?.focus();
    onChange(pairs.filter((_, index) => index !== at));
  };
  const wrongId = `${legend}-wrong`.replaceAll(" ", "-");
  return (
    <fieldset ref={fieldset} class="pairs" aria-describedby={wrong ? wrongId : undefined}>
      <legend>{legend}</legend>
      <p class="hint">{hint}</p>
      {pairs.map(([name, value], index) => (
        <div class="pair" key={index}>
          <input
            type="text"
            aria-label={`Name of ${one} ${index + 1}`}
            placeholder="Name"
            spellcheck={false}
            value={name}
            onInput={({ currentTarget }) => change(index, [currentTarget.value, value])}
          />
          <input
            type="text"
            aria-label={`Value of ${one} ${index + 1}`}
            placeholder="Value"
            spellcheck={false}
            autocomplete="off"
            value={value}
            onInput={({ currentTarget }) => change(index, [name, currentTarget.value])}
          />
          <button type="button" aria-label={`Remove ${one} ${index + 1}`} onClick={() => remove(index)}>
            Remove
          </button>
        </div>
      ))}
      <Wrong id={wrongId} text={wrong} />
      <button type="button" class="add" onClick={() => onChange([...pairs, ["", ""]])}>
        {add}
      </button>
    </fieldset>
  );
}

/** As the API takes them. A row that was left empty is none. */
export function asRecord(pairs: Pairs): Record<string, string> {
  return Object.fromEntries(
    pairs.map(([name, value]) => [name.trim(), value]).filter(([name, value]) => name !== "" || value !== ""),
  );
}
