/** How much of what happens is logged, by category. @module */

/** How urgent a line of the log is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Every level, the least urgent first. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** The least level that is logged, by category; `""` is for all. `plugin` counts for `plugin.mail` as well. */
export type LogLevels = Readonly<Record<string, LogLevel>>;

/**
 * Reads `warn, job=debug, plugin.mail=info`. A level without a category is for all.
 *
 * @returns null when it is written otherwise.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readLogLevels } from "@nuvom/nuvom";
 *
 * assertEquals(readLogLevels("warn, job=debug"), { "": "warn", job: "debug" });
 * assertEquals(readLogLevels("loud"), null);
 * ```
 */
export function readLogLevels(text: string): LogLevels | null {
  const levels: Record<string, LogLevel> = Object.create(null);
  for (const part of text.split(",").map((each) => each.trim()).filter((each) => each !== "")) {
    const [, category = "", level] = /^(?:([\w.:-]+)=)?(\w+)$/.exec(part) ?? [];
    if (!isLevel(level)) return null;
    levels[category] = level;
  }
  return { ...levels };
}

/** What counts for a category: the level of itself, else of the longest one that it lies in, else the one for all. */
export function levelOf(levels: LogLevels, category: string): LogLevel {
  for (let name = category; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
    if (Object.hasOwn(levels, name)) return levels[name]!;
  }
  return levels[""] ?? "info";
}

/** Whether a line of this level and category is logged. */
export function isLogged(levels: LogLevels, level: LogLevel, category: string): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(levelOf(levels, category));
}

function isLevel(text: string | undefined): text is LogLevel {
  return (LOG_LEVELS as readonly (string | undefined)[]).includes(text);
}
