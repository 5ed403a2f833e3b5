// The properties that a JSON Schema names, as a list for people. Whatever else it says is left to the schema itself.

export interface Property {
  /** Dots lead into objects, [] into the items of a list. */
  path: string;
  type: string;
  required: boolean;
  description: string;
}

type Schema = Record<string, unknown>;

/** Depth at which a schema that leads into itself would be left. */
const DEEPEST = 8;

export function properties(schema: Schema, prefix = "", depth = 0): Property[] {
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(object(schema["properties"]) ?? {}).flatMap(([name, described]) => {
    const inner = object(described) ?? {};
    const path = prefix + name;
    const own: Property = {
      path,
      type: typeOf(inner),
      required: required.includes(name),
      description: typeof inner["description"] === "string" ? inner["description"] : "",
    };
    if (depth === DEEPEST) return [own];
    const items = object(inner["items"]);
    return [
      own,
      ...properties(inner, `${path}.`, depth + 1),
      ...(items ? properties(items, `${path}[].`, depth + 1) : []),
    ];
  });
}

function typeOf(schema: Schema): string {
  const items = object(schema["items"]);
  const named = (type: unknown) => (type === "array" && items ? `array of ${typeOf(items)}` : String(type));
  const types = [schema["type"] ?? []].flat().map(named).join(" or ");
  const format = typeof schema["format"] === "string" ? ` (${schema["format"]})` : "";
  const choices = Array.isArray(schema["enum"])
    ? `: ${schema["enum"].map((choice) => JSON.stringify(choice)).join(", ")}`
    : "";
  return `${types}${format}${choices}`;
}

function object(value: unknown): Schema | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Schema) : null;
}
