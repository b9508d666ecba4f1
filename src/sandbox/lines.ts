/** What a guest prints, as harmless lines. @module */

/** Longest line, in characters. */
export const MAX_LINE = 8_192;

/** Without control and escape sequences, and not too long. */
export function cleanLine(line: string): string {
  const short = line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line;
  // deno-lint-ignore no-control-regex
  return short.replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}

/** Calls `onLine` for every line of a stream, until it ends. */
export async function readLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    const lines = (rest + text).split("\n");
    // A line without end is cut rather than gathered for ever.
    rest = lines.pop()!;
    if (rest.length > MAX_LINE) [rest] = ["", lines.push(rest)];
    lines.filter((line) => line !== "").forEach((line) => onLine(cleanLine(line)));
  }
  if (rest !== "") onLine(cleanLine(rest));
}
