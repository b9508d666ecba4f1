/** The text of an option as the value that its record promises. @module */

import { parseDuration } from "../core/duration.ts";
import type { OptionSpec } from "./command.ts";
import { badValue } from "./errors.ts";

/** @throws {NuvomError} `NUVOM_CLI_VALUE` */
export function optionValue(name: string, spec: OptionSpec, text: string): unknown {
  switch (spec.type) {
    case "flag":
      return true;
    case "text":
      if (text === "") throw badValue(name, text, "a text that is not empty");
      return text;
    case "integer": {
      const { min, max } = spec;
      const number = /^-?\d+$/.test(text) ? Number(text) : NaN;
      if (!(number >= min && number <= max)) throw badValue(name, text, `a whole number from ${min} to ${max}`);
      return number;
    }
    case "duration":
      return duration(name, text);
    case "choice": {
      const choice = spec.choices.find((known) => known.toLowerCase() === text.toLowerCase());
      if (choice === undefined) throw badValue(name, text, `one of ${spec.choices.join(", ")}`);
      return choice;
    }
    case "list":
      return list(name, text);
    case "scope":
      return text === "" ? true : list(name, text);
  }
}

function list(name: string, text: string): string[] {
  const items = text.split(",").map((item) => item.trim()).filter((item) => item !== "");
  if (items.length === 0) throw badValue(name, text, "names separated by commas");
  return items;
}

function duration(name: string, text: string): number {
  try {
    return parseDuration(text, `--${name}`);
  } catch {
    throw badValue(name, text, "a duration such as 250ms, 30s, 5m, 2h or 7d (at most 100 years)");
  }
}
