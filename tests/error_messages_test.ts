import { assertEquals, assertGreater } from "@std/assert";
import { type ErrorText, errorTexts } from "./error_texts.ts";
import { ROOT, sourceFiles } from "./module_graph.ts";

/** The class itself: its texts come from outside. */
const CLASS_FILE = "src/core/errors.ts";

/** Codes that several rooms give to one and the same problem. */
const SHARED_CODES: Readonly<Record<string, string>> = {
  NUVOM_JOB_CANCELLED: "someone cancelled the job, wherever it was",
  NUVOM_JOB_LOST: "the job's worker or executor died under it",
  NUVOM_LOCK_ENTRY: "code from URLs has no entry in the lock",
  NUVOM_PAYLOAD_TOO_LARGE: "arguments or a result are longer than MAX_PAYLOAD",
  NUVOM_PLUGIN_IMPORT: "the module of a plugin could not be imported",
  NUVOM_PLUGIN_REGISTERED_TWICE: "one name was registered twice",
  NUVOM_PLUGIN_SHAPE: "what should be a plugin is none",
  NUVOM_QUEUE_UNSUPPORTED: "the queue backend does not promise what it was asked for",
  NUVOM_RPC_METHOD: "the other side called what this side does not answer",
  NUVOM_TASK_MODULE: "a task module could not be imported",
  NUVOM_TASK_OPTIONS: "a task is declared wrongly",
  NUVOM_TASK_UNKNOWN: "there is no task of this name",
};

const files = (await sourceFiles(["src", "plugins"])).filter((path) => !/_test\.ts$|\/testdata\/|\.d\.ts$/.test(path));
const rooms = Map.groupBy(files.filter((path) => path !== CLASS_FILE), roomOf);
const texts = (await Promise.all([...rooms.values()].map(readTexts))).flat();

Deno.test("every error says what happened in full sentences, then what to do", () => {
  assertGreater(texts.filter(({ role }) => role === "what").length, 100, "the errors were not found");
  assertEquals(texts.flatMap(wordingProblems), []);
});

Deno.test("a code of an error has one meaning", () => {
  assertEquals(codesOfSeveralRooms(texts), Object.keys(SHARED_CODES));
});

Deno.test("wordingProblems() finds wrong texts", async (t) => {
  const refused = [
    `new NuvomError("NUVOM_A", { what: "It broke" })`,
    `new NuvomError("NUVOM_A", { what: "It broke!" })`,
    `new NuvomError("NUVOM_A", { what: "Error: it broke." })`,
    `new NuvomError("NUVOM_A", { what: \`\${path} broke\` })`,
    `new NuvomError("NUVOM_A", { what: \`It broke: \${reason}\` })`,
    `new NuvomError("NUVOM_A", { what: reason })`,
    `new NuvomError("NUVOM_A", { mend: "Mend it." })`,
    `f("NUVOM_A", thrown.message); function f(code, what) { return new NuvomError(code, { what }); }`,
    `export function f(text) { return new NuvomError("NUVOM_A", text); }`,
    `new NuvomError("NUVOM_A", { what: a ? "It broke." : "It broke" })`,
    `new NuvomError("NUVOM_A", { what: "It " + "broke" })`,
    `new NuvomError("NUVOM_A", { what: "It broke.", mend: "Mend it" })`,
    `new NuvomError("NUVOM_A", { what: "It broke.", mend: "Mend it!" })`,
    `new NuvomError("NUVOM_lower", { what: "It broke." })`,
    `function f() { const what = "It broke"; return new NuvomError("NUVOM_A", { what }); }`,
    `const make = () => f("NUVOM_A", "It broke"); function f(code, what) { return new NuvomError(code, { what }); }`,
    `f("It broke."); function f(what) { f(what + "!"); return new NuvomError("NUVOM_A", { what }); }`,
    `f({ what: "It broke" }); function f(text: Text) { return new NuvomError("NUVOM_A", text); }`,
    `const data = { name: "NuvomError", code: "NUVOM_A", message: "It broke" };`,
  ];
  for (const source of refused) {
    await t.step(source, () => assertEquals(errorTexts({ "a.ts": source }).flatMap(wordingProblems).length, 1));
  }
});

Deno.test("wordingProblems() looks at what other modules pass to an exported function", () => {
  const found = errorTexts({
    "errors.ts": 'export function f(what) { return new NuvomError("NUVOM_A", { what }); }',
    "good.ts": 'f("It broke.");',
    "bad.ts": '\nf("It broke");',
  });
  assertEquals(found.flatMap(wordingProblems), ['bad.ts:2: what must not end with "It broke".']);
});

Deno.test("wordingProblems() takes right texts", async (t) => {
  const taken = [
    `new NuvomError("NUVOM_A", { what: \`\${path} broke.\`, mend: didYouMean(name, names, "plugin") })`,
    `new NuvomError("NUVOM_A", { what: "It broke.", mend: "Is the disk full?" })`,
    `new NuvomError("NUVOM_A", { what: "It broke.", mend: \`Let the manifest say:\\n\\n\${toml}\\n\` })`,
    `const make = () => f("It broke"); function f(what) { return new NuvomError("NUVOM_A", { what: \`\${what}.\` }); }`,
    `f(thrown.code, thrown.message); function f(code, what) { return new NuvomError(code, { what }); }`,
    `new NuvomError(thrown.code, { what: \`Line 1: \${thrown.message}\` })`,
    `new Error("It broke")`,
  ];
  for (const source of taken) {
    await t.step(source, () => assertEquals(errorTexts({ "a.ts": source }).flatMap(wordingProblems), []));
  }
});

Deno.test("codesOfSeveralRooms() finds codes that two rooms use", () => {
  const source = (code: string) => `new NuvomError("${code}", { what: "It broke." })`;
  const found = errorTexts({
    "src/a/1.ts": `${source("NUVOM_A")}; ${source("NUVOM_B")}`,
    "src/a/2.ts": source("NUVOM_A"),
    "src/b/1.ts": source("NUVOM_B"),
  });
  assertEquals(codesOfSeveralRooms(found), ["NUVOM_B"]);
});

/** `src/core`, `plugins/prometheus`. */
function roomOf(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}

async function readTexts(paths: readonly string[]): Promise<ErrorText[]> {
  const sources = await Promise.all(paths.map((path) => Deno.readTextFile(new URL(path, ROOT))));
  return errorTexts(Object.fromEntries(paths.map((path, index) => [path, sources[index]!])));
}

function wordingProblems({ role, side, text, place }: ErrorText): string[] {
  if (isWellWorded(role, side, text)) return [];
  const found = text === null ? "a value, which may lack its full stop" : JSON.stringify(text);
  return [`${place}: ${role} must not ${side} with ${found}.`];
}

function isWellWorded(role: ErrorText["role"], side: ErrorText["side"], text: string | null): boolean {
  if (role === "code") return text === null || /^NUVOM(_[A-Z0-9]+)+$/.test(text);
  if (side === "begin") return text === null || !/^error\b/i.test(text);
  // A mend may end with a helper's sentence, or with TOML to copy; where `what` ends, its full stop must be in sight.
  return role === "mend" ? text === null || /[.?"}\]\n]$/.test(text) : text !== null && text.endsWith(".");
}

function codesOfSeveralRooms(all: readonly ErrorText[]): string[] {
  const roomsOf = new Map<string, Set<string>>();
  for (const { role, place, text } of all) {
    if (role !== "code" || text === null) continue;
    roomsOf.set(text, (roomsOf.get(text) ?? new Set()).add(roomOf(place)));
  }
  return [...roomsOf].filter(([, users]) => users.size > 1).map(([code]) => code).sort();
}
