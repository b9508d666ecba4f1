/** One line from a connection. @module */

/**
 * The text up to the first line break, or to the end; null when nothing came.
 *
 * @param most Bytes.
 * @param timeoutMs The connection is closed then.
 * @throws {Error} when there is more than that, or the time is over.
 */
export async function readLine(connection: Deno.Conn, most: number, timeoutMs: number): Promise<string | null> {
  const timer = setTimeout(() => connection.close(), timeoutMs);
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(16_384);
  let [text, size] = ["", 0];
  try {
    while (!text.includes("\n")) {
      const read = await connection.read(buffer);
      if (read === null) break;
      size += read;
      if (size > most) throw new Error("The line is too long.");
      text += decoder.decode(buffer.subarray(0, read), { stream: true });
    }
  } finally {
    clearTimeout(timer);
  }
  return text === "" ? null : text.split("\n")[0]!;
}
