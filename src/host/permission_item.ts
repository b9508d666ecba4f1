/** One item of a permission: what Deno takes, and nothing that it would silently drop or never match. @module */

import { didYouMean, type PermissionKind } from "../core/mod.ts";
import { netItemCovers, netItemText, parseNetItem } from "./net_item.ts";
import { absolutePath, isInside } from "./paths.ts";

/** A good item, as Deno is to get it; or why it is none (the rest of a sentence) and how to write it. */
export type CheckedItem =
  | { readonly item: string }
  | { readonly problem: string; readonly mend: string };

/** What `sys` knows in every Deno that nuvom runs on; `username` is another word for `userInfo`. */
export const SYS_KINDS: readonly string[] = [
  "cpus",
  "getPriority",
  "getegid",
  "gid",
  "homedir",
  "hostname",
  "inspector",
  "loadavg",
  "networkInterfaces",
  "osRelease",
  "osUptime",
  "setPriority",
  "setegid",
  "seteuid",
  "setgid",
  "setuid",
  "statfs",
  "systemMemoryInfo",
  "uid",
  "userInfo",
  "username",
];

/** @param folder Of the manifest: paths may be relative to it. */
export function checkPermissionItem(kind: PermissionKind, text: string, folder: string): CheckedItem {
  switch (kind) {
    case "net":
    case "import":
      return checkNet(kind, text, folder);
    case "read":
    case "write":
    case "ffi":
      return checkPath(text, folder);
    case "env":
      return checkVariable(text);
    case "run":
      return checkCommand(text, folder);
    case "sys":
      return SYS_KINDS.includes(text)
        ? { item: text === "username" ? "userInfo" : text }
        : { problem: "is not known to Deno", mend: didYouMean(text, SYS_KINDS, "kind") };
  }
}

/** Whether whoever has `granted` has `asked`; both as {@linkcode checkPermissionItem} gives them. */
export function permissionCovers(kind: PermissionKind, granted: string, asked: string): boolean {
  if (granted === asked) return true;
  switch (kind) {
    case "net":
    case "import": {
      const [has, wants] = [parseNetItem(granted), parseNetItem(asked)];
      return "host" in has && "host" in wants && netItemCovers(has, wants);
    }
    case "read":
    case "write":
    case "ffi":
      return isInside(asked, granted);
    case "env":
      return granted.endsWith("*") && asked.startsWith(granted.slice(0, -1));
    default:
      return false;
  }
}

function checkNet(kind: "net" | "import", text: string, folder: string): CheckedItem {
  if (text.startsWith("unix:")) {
    if (kind === "import") return { problem: "is a socket", mend: "Modules come from hosts: esm.example.com." };
    const path = checkPath(text.slice("unix:".length), folder);
    return "item" in path ? { item: `unix:${path.item}` } : path;
  }
  const parsed = parseNetItem(text);
  return "host" in parsed ? { item: netItemText(parsed) } : parsed;
}

function checkPath(text: string, folder: string): CheckedItem {
  const mend = "Write a path that is absolute or relative to the manifest; a folder grants all that lies in it.";
  if (text.trim() === "") return { problem: "is no path", mend };
  if (text.includes("*")) return { problem: "is a pattern, which permissions do not know", mend };
  if (/^[a-z][a-z0-9+.-]+:/i.test(text)) return { problem: "is a URL, not a path", mend };
  if (/^[~$]/.test(text)) return { problem: "begins with what only a shell expands", mend };
  return { item: absolutePath(text, folder) };
}

function checkVariable(text: string): CheckedItem {
  if (/^[A-Za-z_][A-Za-z0-9_]*\*?$/.test(text)) return { item: text };
  if (text === "*") return { problem: "names no variable", mend: "Write env = true for every variable." };
  return { problem: "is no name of a variable", mend: 'Write a name, or its beginning and a star: "HOME", "AWS_*".' };
}

function checkCommand(text: string, folder: string): CheckedItem {
  if (text.includes("/")) return checkPath(text, folder);
  if (/^[A-Za-z0-9_.+-]+$/.test(text)) return { item: text };
  return {
    problem: "is no name of a program",
    mend: 'Write the name or the path of a program, without arguments: "git".',
  };
}
