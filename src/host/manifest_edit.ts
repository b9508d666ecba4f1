/** Changes the manifest's text so that it says something else, and leaves the rest of it as it was written. @module */

import { parse } from "@std/toml";
import { editImpossible } from "./manifest_errors.ts";
import { insertItem, insertKey, removeItem, removeKey, replaceItem, replaceValue } from "./toml_edit.ts";
import { sameToml, type TomlTable, type TomlValue } from "./toml_value.ts";

type Change = (text: string) => string;

/**
 * Comments, order and layout stay; what is taken out takes along the comment on its own line.
 *
 * @param text Valid TOML.
 * @param change Changes the parsed manifest; values are plain data.
 * @param name Of the file, for messages.
 * @throws {NuvomError} `NUVOM_MANIFEST_EDIT` when the text can't be made to say it; the caller writes nothing then.
 */
export function editManifest(text: string, change: (data: TomlTable) => void, name: string): string {
  const before = parse(text) as TomlTable;
  const wanted = structuredClone(before);
  change(wanted);
  const edited = apply(changes(before, wanted), text);
  if (edited === null || !saysIt(edited, wanted)) throw editImpossible(name);
  return edited;
}

/** Null where a value is not where the parser found it: it was written in a way that is not understood here. */
function apply(steps: readonly Change[], text: string): string | null {
  try {
    return steps.reduce((so, step) => step(so), text);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The steps from one table to another; those that take out items go from the end, so that indexes hold. */
function changes(from: TomlTable, to: TomlTable, path: readonly string[] = []): Change[] {
  const gone = Object.keys(from).filter((key) => !Object.hasOwn(to, key));
  return [
    ...gone.map((key): Change => (text) => removeKey(text, [...path, key])),
    ...Object.entries(to).flatMap(([key, value]) => {
      if (Object.hasOwn(from, key)) return changesOf(from[key]!, value, [...path, key]);
      // `[plugin]` is not written for its own sake.
      if (isTable(value) && Object.values(value).every(isTable)) return changes({}, value, [...path, key]);
      return [(text: string) => insertKey(text, path, key, value)];
    }),
  ];
}

function changesOf(from: TomlValue, to: TomlValue, path: readonly string[]): Change[] {
  if (sameToml(from, to)) return [];
  if (isTable(from) && isTable(to)) return changes(from, to, path);
  if (Array.isArray(from) && Array.isArray(to)) return arrayChanges(from, to, path);
  return [(text) => replaceValue(text, path, to)];
}

function arrayChanges(from: readonly TomlValue[], to: readonly TomlValue[], path: readonly string[]): Change[] {
  const has = (list: readonly TomlValue[], item: TomlValue) => list.some((other) => sameToml(item, other));
  const kept = from.filter((item) => has(to, item));
  const isAppended = kept.every((item, i) => sameToml(item, to[i]!));
  if (from.length === to.length) {
    return to.flatMap((item, i): Change[] =>
      sameToml(item, from[i]!) ? [] : [(text) => replaceItem(text, path, i, item)]
    );
  }
  if (!isAppended) return [(text) => replaceValue(text, path, [...to])];
  const gone = from.flatMap((item, i) => has(to, item) ? [] : [i]).reverse();
  return [
    ...gone.map((index): Change => (text) => removeItem(text, path, index)),
    ...to.slice(kept.length).map((item): Change => (text) => insertItem(text, path, item)),
  ];
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}

function saysIt(text: string, wanted: TomlTable): boolean {
  try {
    return sameToml(parse(text) as TomlTable, wanted);
  } catch {
    return false;
  }
}
