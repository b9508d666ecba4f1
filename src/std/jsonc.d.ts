/** Parses JSON with comments and trailing commas; throws `SyntaxError` with the place in its message. */
export function parse(text: string): unknown;
