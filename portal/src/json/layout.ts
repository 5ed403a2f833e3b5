// JSON text laid out for reading, without being parsed: what was published as 1.10 or as 12345678901234567890 must be shown so,
// and a browser's numbers would make 1.1 and 12345678901234567000 of it.

/** Strings, marks, and what lies between: numbers, true, false, null. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The text with each member and item on a line of its own. */
export function laidOut(json: string): string {
  const tokens = json.match(TOKEN) ?? [];
  let depth = 0;
  let out = "";
  const line = () => `\n${"  ".repeat(depth)}`;
  tokens.forEach((token, index) => {
    const isEmpty = (mark: string) => tokens[index + 1] === mark;
    const closesEmpty = tokens[index - 1] === "{" || tokens[index - 1] === "[";
    if (token === "{" || token === "[") {
      out += token;
      if (!isEmpty(token === "{" ? "}" : "]")) {
        depth += 1;
        out += line();
      }
    } else if (token === "}" || token === "]") {
      if (!closesEmpty) {
        depth -= 1;
        out += line();
      }
      out += token;
    } else if (token === ",") {
      out += `,${line()}`;
    } else {
      out += token === ":" ? ": " : token;
    }
  });
  return out;
}

/** The text without the white space between what it says. */
export const packed = (json: string): string => (json.match(TOKEN) ?? []).join("");

/** The text of one member of the object that `json` is, or null if it has none of that name. */
export function member(json: string, name: string): string | null {
  let depth = 0;
  let begin: number | null = null;
  let key = "";
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    const ends = depth === 1 && (token === "," || token === "}");
    if (ends && begin !== null) return json.slice(begin, index).trim();
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (token === ":" && depth === 1 && key === JSON.stringify(name)) begin ??= index + 1;
    else if (depth === 1) key = token;
  }
  return null;
}
