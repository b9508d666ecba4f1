/** Parses TOML text; throws `SyntaxError` with the line and column in its message. */
export function parse(text: string): Record<string, unknown>;
/** Writes a plain object as TOML text. */
export function stringify(value: Record<string, unknown>): string;
