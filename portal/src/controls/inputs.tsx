// What a field of a form takes, where more than one form asks for it.

import type { Ties } from "./field";

interface Props {
  ties: Ties;
  value: string;
  onChange: (value: string) => void;
}

/** A number, of which the API knows the bounds too. */
export function NumberInput({ ties, value, onChange, min, max }: Props & { min: number; max: number }) {
  return (
    <input
      {...ties}
      class="short"
      type="number"
      inputMode="numeric"
      min={min}
      max={max}
      value={value}
      onInput={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}

/** A signing secret: no browser is to correct it, or to offer an earlier one. */
export function SecretInput({ ties, value, onChange }: Props) {
  return (
    <input
      {...ties}
      type="text"
      spellcheck={false}
      autocomplete="off"
      value={value}
      onInput={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
