// One event type: what its data holds, an example, and how it is published.

import { address } from "../api/call";
import type { EventType } from "../api/objects";
import { getEventTypeText } from "../api/rail";
import { Problem } from "../controls/problem";
import { Cell, Row, Table } from "../controls/table";
import { TextBlock } from "../controls/text-block";
import { When } from "../controls/when";
import { laidOut, member, packed } from "../json/layout";
import { Heading } from "../page/heading";
import { useReading } from "../page/reading";
import { href } from "../page/route";
import { properties } from "./schema";

export function EventTypePlace({ name }: { name: string }) {
  const { value, problem, again } = useReading(name, async (signal) => {
    const text = await getEventTypeText(name, signal);
    // As the operator wrote them, to the letter.
    return { type: JSON.parse(text) as EventType, schema: given(text, "schema"), example: given(text, "example") };
  });
  return (
    <>
      <nav class="trail" aria-label="Breadcrumb">
        <a href={href(["catalog"])}>Catalog</a>
      </nav>
      <Heading title={name}>
        <code>{name}</code>
      </Heading>
      <Problem problem={problem} again={again} />
      {value === null && problem === null && <p class="loading">Reading the event type…</p>}
      {value && (
        <>
          <p class="lead">{value.type.description}</p>
          {value.type.updatedAt && (
            <p class="hint">
              Changed <When at={value.type.updatedAt} />
            </p>
          )}
          {value.type.schema && <Properties schema={value.type.schema} />}
          <div class="columns">
            <section aria-labelledby="example">
              <h2 id="example">Example of its data</h2>
              {value.example ? <TextBlock text={laidOut(value.example)} what="example" /> : <p class="none">None.</p>}
            </section>
            <section aria-labelledby="schema">
              <h2 id="schema">JSON Schema of its data</h2>
              {value.schema ? (
                <TextBlock text={laidOut(value.schema)} what="schema" />
              ) : (
                <p class="none">None: its data may be any object.</p>
              )}
            </section>
          </div>
          <section aria-labelledby="publish">
            <h2 id="publish">Publish one</h2>
            <p class="hint">
              With a key that has the scope <code>events:publish</code>, in the variable <code>RAIL_API_KEY</code>:
            </p>
            <TextBlock text={curl(name, value.example ?? "{}")} what="curl command" />
          </section>
        </>
      )}
    </>
  );
}

/** A member that is there and not null. */
function given(text: string, name: string): string | null {
  const found = member(text, name);
  return found === "null" ? null : found;
}

function curl(name: string, example: string): string {
  const body = `{"type":${JSON.stringify(name)},"data":${packed(example)}}`;
  // Within the quotes of a shell, a quote is said by leaving them.
  const quoted = body.replaceAll("'", `'\\''`);
  return [
    `curl -s "${address("events").href}"`,
    `-H "authorization: Bearer $RAIL_API_KEY"`,
    `-H "content-type: application/json"`,
    `-d '${quoted}'`,
  ].join(" \\\n  ");
}

function Properties({ schema }: { schema: Record<string, unknown> }) {
  const found = properties(schema);
  if (found.length === 0) return null;
  return (
    <section aria-labelledby="properties">
      <h2 id="properties">What its data holds</h2>
      <Table caption="Properties of the data" columns={["Property", "Type", "Required", "Description"]}>
        {found.map(({ path, type, required, description }) => (
          <Row key={path}>
            <Cell of="Property">
              <code>{path}</code>
            </Cell>
            <Cell of="Type">{type}</Cell>
            <Cell of="Required">{required ? "yes" : "no"}</Cell>
            <Cell of="Description">{description}</Cell>
          </Row>
        ))}
      </Table>
    </section>
  );
}
