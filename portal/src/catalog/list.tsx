// The event types that are published.

import { useState } from "preact/hooks";
import type { EventType } from "../api/objects";
import { Field } from "../controls/field";
import { Problem } from "../controls/problem";
import { Cell, Row, Table } from "../controls/table";
import { Heading } from "../page/heading";
import { useReading } from "../page/reading";
import { href } from "../page/route";
import { readCatalog } from "./catalog";

export function CatalogPlace() {
  const { value, problem, again } = useReading("catalog", readCatalog);
  const [sought, setSought] = useState("");
  const found = value?.filter((type) => fits(type, sought)) ?? [];
  return (
    <>
      <Heading title="Catalog">Catalog of event types</Heading>
      <p class="lead">What an endpoint can subscribe to, with a schema and an example of the data of each.</p>
      <Problem problem={problem} again={again} />
      {value === null && problem === null && <p class="loading">Reading the catalog…</p>}
      {value?.length === 0 && (
        <div class="empty">
          <p>The catalog is empty. Its operator adds event types to it.</p>
        </div>
      )}
      {value && value.length > 0 && (
        <>
          <form role="search" class="filters" onSubmit={(event) => event.preventDefault()}>
            <Field label="Find">
              {(ties) => (
                <input
                  {...ties}
                  type="search"
                  placeholder="Name or description"
                  value={sought}
                  onInput={({ currentTarget }) => setSought(currentTarget.value)}
                />
              )}
            </Field>
            <p class="unseen" role="status">
              {sought && `${found.length} found`}
            </p>
          </form>
          {found.length === 0 ? (
            <div class="empty">
              <p>No event type has this in its name or description.</p>
            </div>
          ) : (
            <Table caption="Event types" columns={["Type", "Description", "Schema"]}>
              {found.map((type) => (
                <Row key={type.name}>
                  <Cell of="Type">
                    <a href={href(["catalog", type.name])}>
                      <code>{type.name}</code>
                    </a>
                  </Cell>
                  <Cell of="Description">{type.description}</Cell>
                  <Cell of="Schema">{type.schema === null ? <span class="none">none</span> : "JSON Schema"}</Cell>
                </Row>
              ))}
            </Table>
          )}
        </>
      )}
    </>
  );
}

function fits({ name, description }: EventType, sought: string): boolean {
  return `${name}\n${description}`.toLowerCase().includes(sought.trim().toLowerCase());
}
