// A table, which on a narrow screen becomes a card for each row. The roles are said because browsers forget them when a style
// sheet lays a table out otherwise.

import type { ComponentChildren } from "preact";

interface TableProps {
  caption: string;
  columns: readonly string[];
  /** Of each column, in percent. Where content changes under the reader's eyes, the columns must not follow it. */
  widths?: readonly number[];
  children: ComponentChildren;
}

export function Table({ caption, columns, widths, children }: TableProps) {
  return (
    <table role="table" class={widths ? "steady" : undefined}>
      <caption class="unseen">{caption}</caption>
      {widths && (
        <colgroup>
          {widths.map((width, column) => (
            <col key={columns[column]} style={{ width: `${width}%` }} />
          ))}
        </colgroup>
      )}
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column} role="columnheader" scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
  );
}

export function Row({ children, muted = false }: { children: ComponentChildren; muted?: boolean }) {
  return (
    <tr role="row" class={muted ? "muted" : undefined}>
      {children}
    </tr>
  );
}

/** `of` is the column's name, which a card shows beside the content. */
export function Cell({ of: column, children }: { of: string; children: ComponentChildren }) {
  return (
    <td role="cell" data-column={column}>
      <div>{children}</div>
    </td>
  );
}
