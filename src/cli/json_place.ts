/** Where a JSON text stops being one. @module */

/**
 * What is wrong with a text that `JSON.parse` refuses, with line and column.
 *
 * @param error What `JSON.parse` threw.
 */
export function jsonProblem(text: string, error: SyntaxError): string {
  const position = Number(/at position (\d+)/.exec(error.message)?.[1] ?? placeOfToken(text));
  const before = text.slice(0, position).split("\n");
  const place = `line ${before.length}, column ${[...before.at(-1)!].length + 1}`;
  const found = position < text.length ? `unexpected ${JSON.stringify(charAt(text, position))}` : "it ends too early";
  return `${found} at ${place}`;
}

/** V8 leaves the position out of "Unexpected token" errors: it is the end of the shortest beginning that has one. */
function placeOfToken(text: string): number {
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (hasBadToken(text.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return hasBadToken(text) ? bad - 1 : text.length;
}

function hasBadToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return (error as Error).message.startsWith("Unexpected token");
  }
}

function charAt(text: string, position: number): string {
  return String.fromCodePoint(text.codePointAt(position)!);
}
