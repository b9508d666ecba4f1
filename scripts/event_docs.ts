/**
 * `deno task events`: writes docs/events.md from the table of events in src/core/events.ts, with what its comments say.
 * With `--check` it writes nothing and fails where the page says something else.
 * @module
 */

import { fileURLToPath } from "node:url";
import { runCommand } from "./run_command.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = ["events.ts", "outcome.ts", "errors.ts", "log_levels.ts"].map((name) => `${ROOT}src/core/${name}`);
const TARGET = `${ROOT}docs/events.md`;

/** As much of a type as `deno doc` says and is shown. */
interface DocType {
  readonly kind: string;
  readonly repr?: string;
  // deno-lint-ignore no-explicit-any
  readonly value: any;
}

interface DocProperty {
  readonly name: string;
  readonly optional?: boolean;
  readonly jsDoc?: { readonly doc?: string };
  readonly tsType: DocType;
}

interface DocInterface {
  readonly jsDoc: { readonly doc: string };
  readonly def: { readonly properties: readonly DocProperty[] };
}

/** Unions of words by name: they are shown in its place. */
const words = new Map<string, string>();

const OPENING = `# Events

Everything that happens in a worker, as \`engine.bus\` tells it. The log, the figures and the hooks of plugins are its
subscribers; a program that embeds nuvom can be one too:

\`\`\`ts no-eval
import { loadSettings, openEngine } from "@nuvom/nuvom";

await using engine = await openEngine({ settings: loadSettings({ cwd: Deno.cwd(), env: Deno.env.toObject() }) });
engine.bus.on("executor.ended", ({ executor, reason }) => console.log(executor, reason));
\`\`\`

This page is made of the comments in [src/core/events.ts](../src/core/events.ts) by \`deno task events\`.
`;

/** The text of the page, made from the table as it is now. @throws {Error} when something in it has no comment. */
export async function eventDocs(): Promise<string> {
  const interfaces = await readInterfaces();
  const table = interfaces.get("EventTable")!;
  const sections = table.def.properties.map(section);
  const parts = [...usedInterfaces(table, interfaces)].map((name) => shared(name, interfaces.get(name)!));
  return await formatted([OPENING, `${sentences(table.jsDoc.doc)}\n`, ...sections, ...parts].join("\n"));
}

async function readInterfaces(): Promise<ReadonlyMap<string, DocInterface>> {
  const { nodes } = JSON.parse(await runCommand([Deno.execPath(), "doc", "--json", ...SOURCES], { cwd: ROOT }));
  // deno-lint-ignore no-explicit-any
  const symbols = Object.values<any>(nodes).flatMap((node) => node.symbols);
  for (const { name, declarations: [{ kind, def }] } of symbols) {
    const isWords = kind === "typeAlias" && def.tsType.value?.every?.(({ kind }: DocType) => kind === "literal");
    if (isWords) words.set(name, typeText(def.tsType));
  }
  return new Map(
    symbols.flatMap(({ name, declarations: [first] }) => first.kind === "interface" ? [[name, first]] : []),
  );
}

/** Those that fields of events are made of, each once. */
function usedInterfaces({ def }: DocInterface, all: ReadonlyMap<string, DocInterface>): ReadonlySet<string> {
  const fields = def.properties.flatMap(fieldsOf);
  return new Set(fields.flatMap(({ tsType }) => typeText(tsType).match(/\w+/g) ?? []).filter((name) => all.has(name)));
}

function section(event: DocProperty): string {
  return `## ${event.name}\n\n${docOf(event.name, event)}\n\n${fieldTable(event.name, fieldsOf(event))}`;
}

function shared(name: string, { jsDoc, def }: DocInterface): string {
  return `## Data: ${name}\n\n${sentences(jsDoc.doc)}\n\n${fieldTable(name, def.properties)}`;
}

function fieldsOf({ name, tsType }: DocProperty): readonly DocProperty[] {
  if (tsType.kind !== "typeLiteral") throw new Error(`The event "${name}" carries no fields.`);
  return tsType.value.properties;
}

function fieldTable(of: string, fields: readonly DocProperty[]): string {
  const rows = fields.map((field) => {
    const type = typeText(field.tsType).replaceAll("|", "\\|");
    const name = field.optional ? `${field.name}?` : field.name;
    return `| \`${name}\` | \`${type}\` | ${unitOf(field)} | ${docOf(`${of}: ${field.name}`, field)} |`;
  });
  return ["| field | type | unit | |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

function docOf(what: string, { jsDoc }: DocProperty): string {
  if (!jsDoc?.doc) throw new Error(`Nothing is said of "${what}" in src/core: give it a comment.`);
  return sentences(jsDoc.doc);
}

/** Names say what is measured in what; `pid` and what is text measure nothing. */
function unitOf({ name, tsType }: DocProperty): string {
  if (!/\bnumber\b/.test(typeText(tsType)) || name === "pid") return "";
  if (name.endsWith("Ms")) return "milliseconds";
  return name.endsWith("At") ? "milliseconds since the epoch" : "count";
}

function sentences(doc: string): string {
  return doc.replaceAll(/\s*\n\s*/g, " ").replaceAll(/\{@linkcode ([\w.]+)\}/g, "`$1`").trim();
}

function typeText({ kind, repr, value }: DocType): string {
  switch (kind) {
    case "union":
      return value.map(typeText).join(" | ");
    case "literal":
      return typeof value.string === "string" ? `"${value.string}"` : repr!;
    case "array":
      return `${typeText(value)}[]`;
    case "typeOperator":
      return typeText(value.tsType);
    case "typeLiteral":
      return `{ ${
        value.properties.map(({ name, tsType }: DocProperty) => `${name}: ${typeText(tsType)}`).join("; ")
      } }`;
    case "typeRef": {
      const params = (value.typeParams ?? []).map(typeText);
      if (value.typeName === "Readonly") return params[0];
      if (words.has(value.typeName)) return words.get(value.typeName)!;
      return params.length === 0 ? value.typeName : `${value.typeName}<${params.join(", ")}>`;
    }
    default:
      return repr!;
  }
}

async function formatted(text: string): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".md" });
  try {
    await Deno.writeTextFile(file, text);
    await runCommand([Deno.execPath(), "fmt", "--quiet", "--no-config", "--line-width=120", file]);
    return await Deno.readTextFile(file);
  } finally {
    await Deno.remove(file);
  }
}

if (import.meta.main) {
  const text = await eventDocs();
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(TARGET, text);
    console.log(`written: ${TARGET}`);
  } else if (text !== await Deno.readTextFile(TARGET)) {
    console.error("docs/events.md is out of date: run `deno task events`");
    Deno.exit(1);
  }
}
