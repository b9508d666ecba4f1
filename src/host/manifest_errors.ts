/** What can be wrong with a manifest. All exit with 3; a message begins with the place, as compilers write it. @module */

import { didYouMean, type ErrorCode, NuvomError, PERMISSION_KINDS, type PermissionKind } from "../core/mod.ts";

function error(code: ErrorCode, what: string, mend: string, cause?: unknown): NuvomError {
  return new NuvomError(code, { what, mend, exitCode: 3, cause });
}

/** `NUVOM_MANIFEST_MISSING` */
export function manifestMissing(path: string): NuvomError {
  return error(
    "NUVOM_MANIFEST_MISSING",
    `There is no manifest ${path}.`,
    "Run `nuvom init` to start a project in this folder, or name another manifest with --manifest.",
  );
}

/** `NUVOM_MANIFEST_READ` @param problem The rest of a sentence: `is a folder`. */
export function manifestUnreadable(path: string, problem: string, cause?: unknown): NuvomError {
  return error(
    "NUVOM_MANIFEST_READ",
    `The manifest ${path} ${problem}.`,
    "It must be a text file that this user may read; --manifest names another one.",
    cause,
  );
}

/** `NUVOM_MANIFEST_SYNTAX` */
export function manifestSyntax(place: string, detail: string, cause: unknown): NuvomError {
  return error(
    "NUVOM_MANIFEST_SYNTAX",
    `${place}: this is not valid TOML: ${detail}.`,
    "Texts stand in quotes, lists in [ ], and an inline table in { } on one line, without a comma at its end.",
    cause,
  );
}

/** `NUVOM_MANIFEST_SYNTAX` */
export function manifestConflict(place: string, cause: unknown): NuvomError {
  return error(
    "NUVOM_MANIFEST_SYNTAX",
    `${place}: a merge left its conflict markers here.`,
    "Keep what is right of both sides, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>.",
    cause,
  );
}

/** `NUVOM_MANIFEST_DUPLICATE` @param what `[tasks] modules` */
export function writtenTwice(place: string, what: string, first: string): NuvomError {
  return error(
    "NUVOM_MANIFEST_DUPLICATE",
    `${place}: ${what} is there already, at ${first}.`,
    "Write each key once, and all of a table in one place, a table before the tables inside it.",
  );
}

/** `NUVOM_MANIFEST_DUPLICATE` @param what `[plugins] monitoring` */
export function listedTwice(place: string, what: string, item: string): NuvomError {
  return error("NUVOM_MANIFEST_DUPLICATE", `${place}: ${what} lists ${quoted(item)} twice.`, "Remove one of the two.");
}

/** `NUVOM_MANIFEST_KEY` @param table `[plugins]` */
export function unknownKey(place: string, table: string, key: string, known: readonly string[]): NuvomError {
  return error("NUVOM_MANIFEST_KEY", `${place}: ${table} has no key ${quoted(key)}.`, didYouMean(key, known, "key"));
}

/** `NUVOM_MANIFEST_KEY`: the parser drops such a key. */
export function impossibleKey(place: string, key: string): NuvomError {
  return error("NUVOM_MANIFEST_KEY", `${place}: no key can be called ${quoted(key)}.`, "Use another name.");
}

/** `NUVOM_MANIFEST_KEY` */
export function pluginTableMisplaced(place: string, name: string): NuvomError {
  return error(
    "NUVOM_MANIFEST_KEY",
    `${place}: [plugins] has no table ${quoted(name)}.`,
    `What there is to say of one plugin stands in [plugin.${name}], without an s.`,
  );
}

/** `NUVOM_MANIFEST_KEY` */
export function badPluginName(place: string, name: string): NuvomError {
  return error(
    "NUVOM_MANIFEST_KEY",
    `${place}: no plugin is called ${quoted(name)}.`,
    "Names of plugins are lower case letters, digits, _ and -; use the one that the plugin gives itself.",
  );
}

/** `NUVOM_MANIFEST_KEY` */
export function importsWithoutSource(place: string, name: string): NuvomError {
  return error(
    "NUVOM_MANIFEST_KEY",
    `${place}: [plugin.${name}] has imports, but no source.`,
    "Write the URL of its module as source: only so it is known whose imports they are before it is loaded.",
  );
}

/** `NUVOM_MANIFEST_VALUE` @param problem The rest of a sentence: `is a text, not a list`. */
export function badValue(place: string, what: string, problem: string, example: string): NuvomError {
  return error("NUVOM_MANIFEST_VALUE", `${place}: ${what} ${problem}.`, `Write for example: ${example}`);
}

/** `NUVOM_PLUGIN_SPECIFIER` @param place Null where it does not stand in a manifest. */
export function badSpecifier(place: string | null, specifier: string, problem: string, mend: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_SPECIFIER",
    `${place === null ? "" : `${place}: `}${place === null ? "The" : "the"} plugin ${quoted(specifier)} ${problem}.`,
    mend,
  );
}

/** `NUVOM_MANIFEST_PERMISSION` @param permissions `[tasks] permissions` */
export function unknownPermission(place: string, permissions: string, kind: string): NuvomError {
  return error(
    "NUVOM_MANIFEST_PERMISSION",
    `${place}: ${permissions} has no kind ${quoted(kind)}.`,
    didYouMean(kind, [...PERMISSION_KINDS, "full_trust"], "kind"),
  );
}

/** `NUVOM_MANIFEST_PERMISSION` @param problem The rest of a sentence: `is a URL, not a host`. */
export function badPermission(
  place: string,
  kind: PermissionKind,
  item: string,
  problem: string,
  mend: string,
): NuvomError {
  return error("NUVOM_MANIFEST_PERMISSION", `${place}: the ${kind} permission ${quoted(item)} ${problem}.`, mend);
}

/** `NUVOM_MANIFEST_PERMISSION` @param item `write = true`, `write on /srv/app`. */
export function opensOwnFiles(place: string, item: string, access: "read" | "write", own: string): NuvomError {
  const harm = access === "write" ? "and so give itself every permission" : "which is none of its business";
  return error(
    "NUVOM_MANIFEST_PERMISSION",
    `${place}: ${item} would let foreign code ${access} ${own}, ${harm}.`,
    `Grant a folder that holds none of nuvom's own files, such as ${access} = ["./data"].`,
  );
}

/** `NUVOM_MANIFEST_PERMISSION` @param toml What to write. */
export function trustNeeded(place: string, kind: PermissionKind, toml: string): NuvomError {
  return error(
    "NUVOM_MANIFEST_PERMISSION",
    `${place}: ${kind} is full trust: with it foreign code can do whatever nuvom itself can, outside of every other grant.`,
    `Write permissions = { ${toml} } by hand where that is meant.`,
  );
}

/** `NUVOM_MANIFEST_PERMISSION` */
export function wholeKindRefused(place: string, kind: PermissionKind, example: string): NuvomError {
  return error(
    "NUVOM_MANIFEST_PERMISSION",
    `${place}: ${kind} = true is refused: ${kind} is full trust and is granted item by item.`,
    `Write what is needed: ${example}.`,
  );
}

/** `NUVOM_MANIFEST_TASK_MODULE` @param problem The rest of a sentence: `does not exist`. */
export function badTaskModule(place: string, pattern: string, problem: string, mend: string): NuvomError {
  return error("NUVOM_MANIFEST_TASK_MODULE", `${place}: the task module ${quoted(pattern)} ${problem}.`, mend);
}

/** `NUVOM_MANIFEST_EDIT` */
export function editImpossible(path: string): NuvomError {
  return error(
    "NUVOM_MANIFEST_EDIT",
    `The manifest ${path} could not be changed without rewriting what was written by hand; nothing was changed.`,
    "Change it by hand, then run `nuvom plugin lock`.",
  );
}

/** `NUVOM_MANIFEST_WRITE` @param problem The rest of a sentence: `is read-only`. */
export function manifestUnwritable(path: string, problem: string, cause?: unknown): NuvomError {
  return error(
    "NUVOM_MANIFEST_WRITE",
    `The manifest ${path} ${problem}; nothing was changed.`,
    "Let this user write it and its folder and make room on a full disk, or make the change where that is so.",
    cause,
  );
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
