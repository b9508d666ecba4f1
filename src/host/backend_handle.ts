/** A backend of a plugin that may be started again: opened anew in every realm that it is needed in. @module */

import type { OpenedBackend } from "../sandbox/mod.ts";
import { backendChanged } from "./call_errors.ts";
import type { BackendKind, LoadedPlugin } from "./loaded_plugin.ts";
import { type BackendLink, closeUnused, type OpenBackend } from "./remote_backend.ts";

/** One life of a plugin, as far as its backends go. */
export type BackendHome = Pick<LoadedPlugin, "openBackend" | "metadata">;

/** Which backend, and where it is looked for. */
export interface BackendHandleParts {
  readonly kind: BackendKind;
  readonly name: string;
  readonly namespace: string;
  /** The life that goes on now. @throws {NuvomError} while there is none. */
  readonly home: () => BackendHome;
  /** The backend is needed no more. */
  readonly released: (handle: BackendHandle) => void;
}

/** Opened by {@linkcode BackendHandle.open}. */
export class BackendHandle implements BackendLink {
  readonly opened: OpenedBackend;
  readonly #parts: BackendHandleParts;
  readonly #open = new WeakMap<BackendHome, Promise<OpenBackend>>();

  private constructor(parts: BackendHandleParts, home: BackendHome, open: OpenBackend) {
    this.#parts = parts;
    this.opened = open.opened;
    this.#open.set(home, Promise.resolve(open));
  }

  /** @throws {NuvomError} */
  static async open(parts: BackendHandleParts): Promise<BackendHandle> {
    const home = parts.home();
    return new BackendHandle(parts, home, await home.openBackend(parts.kind, parts.name, parts.namespace));
  }

  /** The name of a queue that may lose jobs when it is opened in another realm while the old one still has some. */
  get fragileQueue(): string | null {
    const { kind, name } = this.#parts;
    const { basic, capabilities } = this.opened;
    return kind === "queue" && (basic || !capabilities.includes("durable")) ? name : null;
  }

  /** See {@linkcode BackendLink.reach}. */
  async reach(): Promise<OpenBackend> {
    return await this.openIn(this.#parts.home());
  }

  /**
   * Opens it in a life, unless it is open there.
   * @throws {NuvomError} `NUVOM_PLUGIN_BACKEND_CHANGED`, and what the opening throws; it is tried again the next time.
   */
  openIn(home: BackendHome): Promise<OpenBackend> {
    const known = this.#open.get(home);
    if (known !== undefined) return known;
    const opening = this.#reopen(home);
    this.#open.set(home, opening);
    opening.catch(() => this.#open.delete(home));
    return opening;
  }

  /** See {@linkcode BackendLink.release}. */
  async release(): Promise<OpenBackend | null> {
    this.#parts.released(this);
    try {
      return await this.#open.get(this.#parts.home()) ?? null;
    } catch {
      // Where its plugin is down, nothing is open.
      return null;
    }
  }

  async #reopen(home: BackendHome): Promise<OpenBackend> {
    const { kind, name, namespace } = this.#parts;
    const open = await home.openBackend(kind, name, namespace);
    const change = changeOf(this.opened, open.opened);
    // Whoever uses it has built on what it promised: how an empty queue is known, who writes the results.
    if (change === null) return open;
    closeUnused(open);
    throw backendChanged(home.metadata.name, name, change);
  }
}

function changeOf(before: OpenedBackend, now: OpenedBackend): string | null {
  if (before.store !== now.store) return "another store";
  const same = before.capabilities.length === now.capabilities.length &&
    before.capabilities.every((capability) => now.capabilities.includes(capability));
  return same ? null : "other capabilities";
}
