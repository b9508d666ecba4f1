/** What can be wrong with the lock, and with code that it should know. @module */

import { basename } from "@std/path";
import { type ErrorCode, NuvomError, type PermissionSet } from "../core/mod.ts";
import { grantCommand } from "./grant_command.ts";
import { permissionLines } from "./grants.ts";

const REBUILD =
  "Restore it from version control; or look at what it says, and run `nuvom plugin lock` to make it anew.";

function refused(code: ErrorCode, what: string, mend: string, cause?: unknown): NuvomError {
  return new NuvomError(code, { what, mend, exitCode: 3, cause });
}

/** `NUVOM_LOCK_CONFLICT` */
export function lockConflict(path: string, line: number): NuvomError {
  return refused(
    "NUVOM_LOCK_CONFLICT",
    `${basename(path)}:${line}: a merge left its conflict markers here.`,
    "Keep one of the two sides whole, then run `nuvom plugin lock`: it adds what is missing.",
  );
}

/** `NUVOM_LOCK_SYNTAX` */
export function lockSyntax(path: string, cause: unknown): NuvomError {
  return refused("NUVOM_LOCK_SYNTAX", `The lock ${path} is no JSON: ${(cause as Error).message}.`, REBUILD, cause);
}

/** `NUVOM_LOCK_SHAPE` @param detail The rest of a sentence. */
export function lockShape(path: string, detail: string): NuvomError {
  return refused("NUVOM_LOCK_SHAPE", `The lock ${path} can't be used: ${detail}.`, REBUILD);
}

/** `NUVOM_LOCK_VERSION` */
export function lockVersion(path: string, version: number): NuvomError {
  return refused(
    "NUVOM_LOCK_VERSION",
    `The lock ${path} has version ${version}, which this nuvom does not know.`,
    "A newer nuvom wrote it: use that one.",
  );
}

/** `NUVOM_LOCK_DIGEST` */
export function lockDigest(path: string): NuvomError {
  return refused(
    "NUVOM_LOCK_DIGEST",
    `The lock ${path} was changed by something else than nuvom: it does not have the digest that it names.`,
    REBUILD,
  );
}

/** `NUVOM_LOCK_READ` */
export function lockUnreadable(path: string, cause: unknown): NuvomError {
  return refused("NUVOM_LOCK_READ", `The lock ${path} can't be read: ${(cause as Error).message}.`, REBUILD, cause);
}

/** `NUVOM_LOCK_WRITE` @param problem The rest of a sentence: `is read-only`. */
export function lockUnwritable(path: string, problem: string, cause?: unknown): NuvomError {
  return new NuvomError("NUVOM_LOCK_WRITE", {
    what: `The lock ${path} ${problem}; nothing was changed.`,
    mend: "Let this user write it and its folder and make room on a full disk, or make the change where that is so.",
    cause,
  });
}

/** `NUVOM_LOCK_FROZEN` @param change The rest of a sentence: `the plugin "x" would be added to it`. */
export function lockFrozen(path: string, change: string): NuvomError {
  return refused(
    "NUVOM_LOCK_FROZEN",
    `The lock ${path} is frozen (--frozen, NUVOM_FROZEN), and ${change}; nothing was changed.`,
    "Make the change without it, and commit the lock.",
  );
}

/** `NUVOM_LOCK_BUSY` */
export function lockBusy(folder: string, waitMs: number): NuvomError {
  return new NuvomError("NUVOM_LOCK_BUSY", {
    what: `Another nuvom has been changing the plugins of ${folder} for ${waitMs} ms; nothing was changed.`,
    mend: "Wait for it to end, then try again.",
  });
}

/**
 * Code that is locked, but that the store has lost; the code is that of the cause.
 * @param who `The plugin "x" lacks`
 */
export function codeLost(who: string, cause: NuvomError): NuvomError {
  return new NuvomError(cause.code, {
    what: `${who} code that is locked; \`nuvom plugin verify --remote\` fetches it where its servers can be reached.`,
    mend: cause.message,
    exitCode: cause.exitCode,
    cause,
  });
}

/** `NUVOM_LOCK_ENTRY` @param what `plugin https://…/mod.ts` */
export function notLocked(what: string, path: string, isListed: boolean): NuvomError {
  return refused(
    "NUVOM_LOCK_ENTRY",
    `The ${what} runs code from URLs and has no entry in ${path}; such code does not run without one.`,
    isListed
      ? "Look at it, then run `nuvom plugin lock`."
      : "Add it with `nuvom plugin add`, or run `nuvom plugin lock` when the manifest lists it.",
  );
}

/** `NUVOM_LOCK_SOURCE` */
export function lockedElsewhere(name: string, found: string, locked: string): NuvomError {
  return refused(
    "NUVOM_LOCK_SOURCE",
    `The plugin "${name}" comes from ${found}, but ${locked} is what was locked under that name.`,
    "If the change is meant, look at the new code and run `nuvom plugin lock`.",
  );
}

/** `NUVOM_LOCK_GRAPH` @param what `plugin "x"` */
export function graphDiffers(what: string): NuvomError {
  return refused(
    "NUVOM_LOCK_GRAPH",
    `The ${what} would run other modules from URLs than those that were locked for it.`,
    "If its imports were changed on purpose, look at what they bring and run `nuvom plugin lock`.",
  );
}

/** `NUVOM_LOCK_ASKED` */
export function askedDiffers(name: string, asked: PermissionSet, locked: PermissionSet): NuvomError {
  return refused(
    "NUVOM_LOCK_ASKED",
    `The plugin "${name}" asks for other permissions than when it was locked: now ${permissionLines(asked)}; ` +
      `locked ${permissionLines(locked)}.`,
    "Look at the change, then run `nuvom plugin lock`.",
  );
}

/**
 * `NUVOM_LOCK_GRANT`
 * @param name Null for the task modules.
 * @param missing What it asks for and the manifest does not grant yet: with absolute paths.
 */
export function grantNotConsented(
  name: string | null,
  extra: PermissionSet,
  locked: PermissionSet,
  asked: PermissionSet | null,
  missing: PermissionSet | null,
): NuvomError {
  const who = name === null ? "task modules" : `plugin "${name}"`;
  const asks = asked === null ? "" : `; it asks for ${permissionLines(asked)}`;
  return refused(
    "NUVOM_LOCK_GRANT",
    `The manifest grants the ${who} more than was consented to for its locked code: + ${permissionLines(extra)} ` +
      `(consented: ${permissionLines(locked)}${asks}).`,
    `To consent${missing === null ? "" : " and to grant all that it asks for"}, run \`${
      grantCommand(name, missing ?? {})
    }\`; else take it out of the manifest.`,
  );
}

/** `NUVOM_PLUGIN_NAME` */
export function nameTaken(name: string, specifier: string, other: string): NuvomError {
  return refused(
    "NUVOM_PLUGIN_NAME",
    `The plugin ${specifier} calls itself "${name}", as ${other} does; nothing was changed.`,
    `Remove the other one with \`nuvom plugin remove ${name}\`, or do without this one.`,
  );
}
