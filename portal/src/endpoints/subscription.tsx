// Which events an endpoint subscribes to: picked from the catalog, or typed.

import { useRef, useState } from "preact/hooks";
import type { EventType } from "../api/objects";
import { useCatalog } from "../catalog/catalog";
import { Field, Wrong } from "../controls/field";

interface Props {
  patterns: readonly string[];
  wrong: string | null;
  onChange: (patterns: readonly string[]) => void;
}

export function SubscriptionField({ patterns, wrong, onChange }: Props) {
  const catalog = useCatalog();
  const fieldset = useRef<HTMLFieldSetElement>(null);
  const toggle = (pattern: string, on: boolean) =>
    onChange(on ? [...patterns, pattern] : patterns.filter((other) => other !== pattern));
  const remove = (pattern: string) => {
    fieldset.current?.querySelector<HTMLInputElement>("input[type=text]")?.focus();
    toggle(pattern, false);
  };
  return (
    <fieldset ref={fieldset} class="subscription" aria-describedby={wrong ? "subscription-wrong" : undefined}>
      <legend>Events</legend>
      <p class="hint">
        <code>*</code> is everything; <code>contract.*</code> is every type that begins with <code>contract.</code>;
        anything else is itself alone.
      </p>
      {patterns.length > 0 && (
        <ul class="patterns chosen" aria-label="Chosen patterns">
          {patterns.map((pattern) => (
            <li key={pattern}>
              <code>{pattern}</code>
              <button type="button" aria-label={`Remove ${pattern}`} onClick={() => remove(pattern)}>
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <Typed add={(pattern) => patterns.includes(pattern) || toggle(pattern, true)} />
      <Wrong id="subscription-wrong" text={wrong} />
      <details class="from-catalog">
        <summary>Pick from the catalog</summary>
        <Check pattern="*" words="everything, also types that are yet to come" patterns={patterns} toggle={toggle} />
        {catalog === null && <p class="hint">The catalog cannot be read: type the patterns above.</p>}
        {groups(catalog ?? []).map(([prefix, types]) => (
          <fieldset key={prefix}>
            <legend>{prefix}</legend>
            <Check pattern={`${prefix}.*`} words={`all of ${prefix}`} patterns={patterns} toggle={toggle} />
            {types.map(({ name, description }) => (
              <Check key={name} pattern={name} words={description} patterns={patterns} toggle={toggle} />
            ))}
          </fieldset>
        ))}
      </details>
    </fieldset>
  );
}

function Typed({ add }: { add: (pattern: string) => void }) {
  const [text, setText] = useState("");
  const take = () => {
    const pattern = text.trim();
    if (pattern !== "") add(pattern);
    setText("");
  };
  return (
    <Field label="Add a pattern">
      {(ties) => (
        <div class="with-button">
          <input
            {...ties}
            type="text"
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            placeholder="contract.*"
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              // Enter means the pattern here, not the whole form.
              event.preventDefault();
              take();
            }}
          />
          <button type="button" onClick={take}>
            Add
          </button>
        </div>
      )}
    </Field>
  );
}

interface CheckProps {
  pattern: string;
  words: string;
  patterns: readonly string[];
  toggle: (pattern: string, on: boolean) => void;
}

function Check({ pattern, words, patterns, toggle }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={patterns.includes(pattern)}
        onChange={({ currentTarget }) => toggle(pattern, currentTarget.checked)}
      />
      <span>
        <code>{pattern}</code> <span class="description">{words}</span>
      </span>
    </label>
  );
}

/** The types by what they begin with. */
function groups(types: readonly EventType[]): [string, EventType[]][] {
  const found = new Map<string, EventType[]>();
  for (const type of types) {
    const [prefix = type.name] = type.name.split(".", 1);
    found.set(prefix, [...(found.get(prefix) ?? []), type]);
  }
  return [...found];
}
