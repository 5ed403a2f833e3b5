// What an endpoint subscribes to, as a short list.

/** Shown before "and n more". */
const SHOWN = 4;

export function Patterns({ of: patterns, whole = false }: { of: readonly string[]; whole?: boolean }) {
  const shown = whole ? patterns : patterns.slice(0, SHOWN);
  return (
    <ul class="patterns">
      {shown.map((pattern) => (
        <li key={pattern}>
          <code>{pattern}</code>
        </li>
      ))}
      {patterns.length > shown.length && <li>and {patterns.length - shown.length} more</li>}
    </ul>
  );
}
