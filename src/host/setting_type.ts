/** Types of settings: from text, and whether a value has one. @module */

import type { SettingSpec } from "../core/mod.ts";

/** The text of a variable or a file as a setting of some type; undefined when it says something else. */
export function parseSetting(text: string, type: SettingSpec["type"]): unknown {
  const trimmed = text.trim();
  switch (type) {
    case "string":
      return text;
    case "number":
      return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : undefined;
    case "boolean":
      return new Map([["true", true], ["1", true], ["false", false], ["0", false]]).get(trimmed.toLowerCase());
    default:
      return fromJson(trimmed);
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is what a schema calls by that name. */
export function hasType(value: unknown, type: SettingSpec["type"]): boolean {
  switch (type) {
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "number":
      return Number.isFinite(value);
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
  }
}
