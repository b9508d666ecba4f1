/** The lock as JSON: sorted, a module a group of lines, with a digest over all of it. @module */

import { CAPABILITIES, type PermissionSet } from "../core/mod.ts";
import { type LockedGraph, type LockedModule, sha256 } from "../loader/light.ts";
import type { Lock, LockedCode, LockedPlugin } from "./lock.ts";
import { lockConflict, lockDigest, lockShape, lockSyntax, lockVersion } from "./lock_errors.ts";
import { permissions } from "./plugin_shapes.ts";
import { count, dictionary, list, Mismatch, nullable, object, oneOf, type Shape, text } from "./shape.ts";

/** Raised when an older nuvom would misread it. */
export const LOCK_VERSION = 1;

/** The text of a lock; equal for equal locks. */
export function lockText(lock: Lock): string {
  const content = contentOf(lock);
  return `${JSON.stringify(sorted({ ...content, digest: digestOf(content) }), null, 2)}\n`;
}

/**
 * Reads the text of a lock, strictly: nothing of it is believed unless all of it is what nuvom wrote.
 *
 * @param path For messages.
 * @throws {NuvomError} `NUVOM_LOCK_CONFLICT`, `…_SYNTAX`, `…_VERSION`, `…_SHAPE`, `…_DIGEST`
 */
export function parseLock(written: string, path: string): Lock {
  const data = parsed(written, path);
  const { version, digest, ...rest } = data;
  if (typeof version === "number" && version > LOCK_VERSION) throw lockVersion(path, version);
  if (version !== LOCK_VERSION) throw lockShape(path, "version is not 1");
  const content = { version, ...rest };
  if (digest !== digestOf(content)) throw lockDigest(path);
  const lock = read(content, path);
  // What is not understood is not skipped.
  if (digestOf(contentOf(lock)) !== digest) throw lockShape(path, "it holds fields that are not known");
  return lock;
}

type WrittenModule = { readonly redirect: string } | {
  readonly bytes: number;
  readonly sha256: string;
  readonly type: LockedModule["mediaType"];
};

interface WrittenCode {
  readonly final: string;
  readonly granted: PermissionSet;
  readonly graph: string;
  readonly specifier: string;
  readonly url: string;
}

interface WrittenPlugin extends WrittenCode {
  readonly asked: PermissionSet;
  readonly export: string | null;
  readonly provides: LockedPlugin["provides"];
  readonly version: string | null;
}

interface Written {
  readonly images: Readonly<Record<string, string>>;
  readonly modules: Readonly<Record<string, WrittenModule>>;
  readonly plugins: Readonly<Record<string, WrittenPlugin>>;
  readonly tasks: Readonly<Record<string, WrittenCode>>;
}

const hash: Shape<string> = (value, at) => {
  if (/^[0-9a-f]{64}$/.test(text(value, at))) return value as string;
  throw new Mismatch(`${at} is no SHA-256`);
};

const writtenModule: Shape<WrittenModule> = (value, at) =>
  typeof value === "object" && value !== null && "redirect" in value
    ? object<{ redirect: string }>({ redirect: text })(value, at)
    : object<Exclude<WrittenModule, { redirect: string }>>({
      bytes: count,
      sha256: hash,
      type: oneOf(["js", "ts", "json"]),
    })(value, at);

const CODE = { final: text, granted: permissions, graph: hash, specifier: text, url: text };

const shape: Shape<Written> = object<Written>({
  images: dictionary(hash),
  modules: dictionary(writtenModule),
  plugins: dictionary(object<WrittenPlugin>({
    ...CODE,
    asked: permissions,
    export: nullable(text),
    provides: list(oneOf(CAPABILITIES)),
    version: nullable(text),
  })),
  tasks: dictionary(object<WrittenCode>(CODE)),
});

function read(content: unknown, path: string): Lock {
  try {
    const { images, modules, plugins, tasks } = shape(content, "");
    return {
      plugins: mapped(plugins, ({ asked, export: exportName, provides, version, ...code }) => (
        { ...readCode(code), asked, exportName, provides, version }
      )),
      tasks: mapped(tasks, readCode),
      code: readModules(images, modules),
    };
  } catch (error) {
    if (error instanceof Mismatch) throw lockShape(path, error.message);
    throw error;
  }
}

function readCode({ final, ...code }: WrittenCode): LockedCode {
  return { ...code, finalUrl: final };
}

function readModules(images: Written["images"], modules: Written["modules"]): LockedGraph {
  const entries = Object.entries(modules);
  return {
    images,
    redirects: Object.fromEntries(entries.flatMap(([url, one]) => "redirect" in one ? [[url, one.redirect]] : [])),
    modules: Object.fromEntries(entries.flatMap(([url, one]) => {
      if ("redirect" in one) return [];
      const { type: mediaType, ...rest } = one;
      return [[url, { ...rest, mediaType }]];
    })),
  };
}

function contentOf({ plugins, tasks, code }: Lock): Written & { readonly version: number } {
  return {
    version: LOCK_VERSION,
    images: code.images,
    modules: {
      ...mapped(code.redirects, (redirect) => ({ redirect })),
      ...mapped(code.modules, ({ mediaType: type, ...rest }) => ({ ...rest, type })),
    },
    plugins: mapped(plugins, ({ exportName, asked, provides, version, ...code }) => (
      { ...writeCode(code), asked, export: exportName, provides, version }
    )),
    tasks: mapped(tasks, writeCode),
  };
}

function writeCode({ finalUrl, granted, graph, specifier, url }: LockedCode): WrittenCode {
  return { final: finalUrl, granted, graph, specifier, url };
}

function parsed(written: string, path: string): Record<string, unknown> {
  const marker = /^(?:<{7}|={7}|>{7})(?: |\r?$)/m.exec(written);
  if (marker !== null) throw lockConflict(path, written.slice(0, marker.index).split("\n").length);
  try {
    const data = JSON.parse(written);
    if (typeof data === "object" && data !== null && !Array.isArray(data)) return data;
  } catch (error) {
    throw lockSyntax(path, error);
  }
  throw lockShape(path, "it is no object");
}

/** The same for two entries that say the same, in whatever order. */
export function entryText(entry: LockedCode): string {
  return JSON.stringify(sorted(entry));
}

function digestOf(content: object): string {
  return sha256(new TextEncoder().encode(JSON.stringify(sorted(content))));
}

/** The same value with the keys of all objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [key, sorted(inner)]));
}

function mapped<A, B>(record: Readonly<Record<string, A>>, to: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}
