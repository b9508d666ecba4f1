/** The TypeScript examples of docstrings and of Markdown, found and tried: see `doc_examples.ts`. @module */

/** One fenced block of TypeScript. */
export interface Example {
  /** Of the file that shows it, from the root of the project. */
  readonly path: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** A plain `ts` block runs, `ts no-eval` is only type-checked, `ts ignore` is left out. */
  readonly mode: "run" | "check" | "ignore";
}

const TIME_LIMIT_MS = 120_000;
const MODES: Readonly<Record<string, Example["mode"]>> = { "": "run", "no-eval": "check", "ignore": "ignore" };

/** `console.assert` only prints when it fails; in an example it must fail the example. */
const STRICT_ASSERT =
  `console.assert = (holds, ...why) => { if (!holds) throw new Error(["An assertion fails", ...why].join(": ")); };`;

/**
 * Finds the examples of a file: in `.md` files every block, elsewhere those in comments whose lines begin with `*`.
 * @throws {Error} on a word after `ts` that means nothing.
 */
export function findExamples(path: string, text: string): Example[] {
  const lines = path.endsWith(".md") ? text.split("\n") : text.split("\n").map(commentLine);
  const examples: Example[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = /^( *)(`{3,})(\S*) *(.*)$/.exec(lines[at]!);
    if (fence === null) continue;
    const [, indent, ticks, language, word] = fence as unknown as [string, string, string, string, string];
    const end = lines.findIndex((line, index) => index > at && line.trimStart() === ticks);
    if (end < 0) throw new Error(`${path}:${at + 1}: This block has no end.`);
    if (language === "ts" || language === "typescript") {
      const code = lines.slice(at + 1, end).map((line) => line.startsWith(indent) ? line.slice(indent.length) : line);
      examples.push({ path, line: at + 2, code: code.join("\n"), mode: modeOf(word.trim(), `${path}:${at + 1}`) });
    }
    at = end;
  }
  return examples;
}

function commentLine(line: string): string {
  return /^\s*\* ?(.*)$/.exec(line)?.[1] ?? "";
}

function modeOf(word: string, place: string): Example["mode"] {
  const mode = MODES[word];
  if (mode !== undefined) return mode;
  throw new Error(`${place}: "${word}" means nothing after ts. Write no-eval, ignore, or nothing.`);
}

/** Type-checks and runs examples in a temporary folder, with the import map of `config`; answers what went wrong. */
export async function tryExamples(examples: readonly Example[], config: string): Promise<string[]> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-examples-" }));
  try {
    const files = new Map<Example, string>();
    for (const example of examples) {
      if (example.mode !== "ignore") files.set(example, await writeExample(folder, example));
    }
    const failures = [await deno(["check", "--quiet", "--config", config, ...files.values()], folder)];
    for (const [{ mode }, file] of files) {
      if (mode !== "run") continue;
      failures.push(await deno(["run", "-A", "--no-prompt", "--no-check", "--config", config, file], folder));
    }
    return failures.flatMap((failure) => failure === null ? [] : placed(failure, folder, files));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The code stands on the same lines as in the file that shows it, so that messages name the right ones. A block that
 * begins with a path as its comment (`// tasks/add.ts`) is that file, for the other blocks beside it to import.
 */
async function writeExample(folder: string, { path, line, code }: Example): Promise<string> {
  const name = /^\/\/ ([\w./-]+\.ts)\n/.exec(code)?.[1] ?? `${line}.ts`;
  const file = `${folder}/${path}/${name}`;
  await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(file, `${STRICT_ASSERT}${"\n".repeat(line - 1)}${code}\nexport {};\n`);
  return file;
}

/** The same text with the files that show the examples in place of the temporary ones. */
function placed(text: string, folder: string, files: ReadonlyMap<Example, string>): string {
  let result = text;
  for (const [{ path }, file] of files) result = result.replaceAll(`file://${file}`, path).replaceAll(file, path);
  return result.replaceAll(`file://${folder}/`, "").replaceAll(`${folder}/`, "").trim();
}

/** Null when it went well, else what it printed. */
async function deno(args: string[], folder: string): Promise<string | null> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  });
  const { success, signal, stdout, stderr } = await command.output();
  if (success) return null;
  const printed = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  const late = signal === null ? "" : `${args.at(-1)} was ended after ${TIME_LIMIT_MS / 1_000} s.\n`;
  return `${late}${printed}`;
}
