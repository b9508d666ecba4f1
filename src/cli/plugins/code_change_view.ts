/** What has changed, or would, in code from URLs and in what it asks for. @module */

import type { CodeChange, ModuleDiff } from "../../host/mod.ts";
import { byteSize } from "../byte_size.ts";
import { counted } from "../counted.ts";
import { permissionText } from "../plugin_view.ts";
import type { Style } from "../style.ts";
import { printableLine } from "../text.ts";

/** A paragraph for each plugin or task module that is not as it was. */
export function codeChangesText(changes: readonly CodeChange[], style: Style): string {
  return changes.filter(({ state }) => state !== "unchanged").map((change) => changeText(change, style)).join("");
}

function changeText(change: CodeChange, style: Style): string {
  const { state, modules, asked } = change;
  const isAsked = Object.keys(asked.added).length > 0;
  const isAskedNoMore = Object.keys(asked.removed).length > 0 && state !== "removed";
  const lines = [
    ...(state === "added" ? [`+ ${sumOf(modules)}`] : moduleLines(modules, style)),
    ...(isAsked ? [style.yellow(`asks for ${state === "added" ? "" : "more: "}${permissionText(asked.added)}`)] : []),
    ...(isAskedNoMore ? [`does not ask any more for ${permissionText(asked.removed)}`] : []),
  ];
  return `${titleText(change, style)} ${WORDS[state]}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function titleText({ name, specifier, version: { from, to } }: CodeChange, { bold, dim }: Style): string {
  if (name === null) return bold(printableLine(specifier));
  const versions = [from, to].filter((version, i, all) => version !== null && version !== all[i + 1]);
  return [bold(name), printableLine(versions.join(" -> ")), dim(`(${printableLine(specifier)})`)].filter((part) =>
    part !== ""
  )
    .join(" ");
}

const WORDS: Readonly<Record<CodeChange["state"], string>> = {
  added: "is new",
  changed: "has changed",
  unchanged: "is as it was",
  removed: "is gone",
};

function moduleLines({ added, removed, changed }: ModuleDiff, { green, red, yellow }: Style): string[] {
  return [
    ...changed.map(({ url, from, to }) => `${yellow("~")} ${url}  ${byteSize(from.bytes)} -> ${byteSize(to.bytes)}`),
    ...added.map(({ url, bytes }) => `${green("+")} ${url}  ${byteSize(bytes)}`),
    ...removed.map(({ url, bytes }) => `${red("-")} ${url}  ${byteSize(bytes)}`),
  ];
}

function sumOf({ added, changed }: ModuleDiff): string {
  const all = [...added, ...changed.map(({ to }) => to)];
  return `${counted(all.length, "module")}, ${byteSize(all.reduce((sum, { bytes }) => sum + bytes, 0))}`;
}
