/** Help, made from the records of the commands. @module */

import { COMMAND_GROUPS, type CommandRecord, type OptionSpec, type OptionTable } from "./command.ts";
import type { Io } from "./io.ts";
import { GLOBAL_OPTIONS } from "./options.ts";
import { type Style, styleFor } from "./style.ts";
import { textWidth, wrapText } from "./text.ts";

const WIDEST = 100;
const FIRST_STEPS = [
  { line: "nuvom init my-project && cd my-project", doc: "A project to start from." },
  { line: `nuvom enqueue hello '["world"]'`, doc: "Puts a job into its queue." },
  { line: "nuvom runworker", doc: "Runs jobs until Ctrl-C." },
] as const;

/** Prints the help of one command, of all that begin with `words`, or of nuvom itself. @returns the exit code, 0 */
export function printHelp(io: Io, records: readonly CommandRecord[], words: string, rest: readonly string[]): number {
  const chosen = records.filter(({ path }) => words === "" || path === words || path.startsWith(`${words} `));
  if (rest.includes("--json")) {
    const documents = chosen.map((record) => ({ ...record, options: { ...record.options, ...GLOBAL_OPTIONS } }));
    io.out.write(`${JSON.stringify(documents.length === 1 ? documents[0] : documents, null, 2)}\n`);
    return 0;
  }
  const page: Page = { style: styleFor(io.out, io.env), width: Math.min(io.out.columns ?? WIDEST, WIDEST) };
  const [first] = chosen;
  io.out.write(first?.path === words ? commandHelp(first, page) : listHelp(chosen, words, page));
  return 0;
}

/** Where help is written. */
interface Page {
  readonly style: Style;
  readonly width: number;
}

function listHelp(records: readonly CommandRecord[], words: string, page: Page): string {
  const { bold } = page.style;
  const opening = words === ""
    ? "nuvom runs background jobs: one executable, tasks in TypeScript, everything else by plugins.\n\n"
    : "";
  const prefix = words === "" ? "nuvom" : `nuvom ${words}`;
  const groups = COMMAND_GROUPS.map((group) => ({ group, members: records.filter((one) => one.group === group) }))
    .filter(({ members }) => members.length > 0)
    .map(({ group, members }) => section(group, members.map(({ path, summary }) => [path, summary]), page));
  const examples = words === "" ? FIRST_STEPS : records.map(({ examples }) => examples[0]!);
  return opening + `${bold("Usage")}  ${prefix} COMMAND [options]\n\n` + groups.join("\n") + "\n" +
    optionsSection("Options of every command", GLOBAL_OPTIONS, page) + "\n" + examplesSection(examples, page) +
    `\nMore about a command: nuvom help COMMAND\n`;
}

function commandHelp(
  { path, summary, description, positionals, options, examples }: CommandRecord,
  page: Page,
): string {
  const { bold } = page.style;
  const places = positionals.map(({ name, required, many }) => {
    const place = many ? `${name}...` : name;
    return required ? ` ${place}` : ` [${place}]`;
  }).join("");
  const paragraphs = [`${summary}.`, ...description].map((text) =>
    `${text.startsWith(" ") ? text : wrapText(text, page.width).join("\n")}\n`
  );
  return [
    ...paragraphs,
    `${bold("Usage")}  nuvom ${path}${places} [options]\n`,
    ...(positionals.length === 0 ? [] : [section("Arguments", positionals.map(({ name, doc }) => [name, doc]), page)]),
    ...(Object.keys(options).length === 0 ? [] : [optionsSection("Options", options, page)]),
    optionsSection("Options of every command", GLOBAL_OPTIONS, page),
    examplesSection(examples, page),
  ].join("\n");
}

function optionsSection(title: string, options: OptionTable, page: Page): string {
  return section(title, Object.entries(options).map(([name, spec]) => [synopsis(name, spec), optionDoc(spec)]), page);
}

function synopsis(name: string, spec: OptionSpec): string {
  if (spec.type === "flag") return `--${name}`;
  return spec.type === "scope" ? `--${name}[=${spec.metavar}]` : `--${name} ${spec.metavar}`;
}

function optionDoc(spec: OptionSpec): string {
  return [
    spec.doc,
    ...(spec.type === "choice" ? [`One of ${spec.choices.join(", ")}.`] : []),
    ...("default" in spec && spec.default !== undefined ? [`Default: ${spec.default}.`] : []),
    ...(spec.env === undefined ? [] : [`[${spec.env}]`]),
  ].join(" ");
}

function examplesSection(examples: CommandRecord["examples"], { style, width }: Page): string {
  const lines = examples.map(({ line, doc }) =>
    `  ${line}\n${wrapText(doc, width - 6).map((text) => style.dim(`      ${text}`)).join("\n")}\n`
  );
  return `${style.bold("Examples")}\n${lines.join("")}`;
}

/** Two columns, the second one wrapped. */
function section(title: string, rows: readonly (readonly [string, string])[], { style, width }: Page): string {
  const left = Math.max(...rows.map(([name]) => textWidth(name)));
  const indent = " ".repeat(left + 4);
  const lines = rows.map(([name, doc]) => {
    const [first, ...more] = wrapText(doc, Math.max(20, width - indent.length));
    return [`  ${name.padEnd(left)}  ${first}`, ...more.map((line) => indent + line)].join("\n");
  });
  return `${style.bold(title)}\n${lines.join("\n")}\n`;
}
