/** Where the workers of a project can be asked: one Unix socket each, in `.nuvom/workers`. @module */

import { PrivateFolder, sha256 } from "../../loader/light.ts";

/** Bytes that the path of a socket has at most, on every system. */
const MAX_PATH = 100;
/** Characters of the host's name in the name of a socket, for people; a digest of all of it tells hosts apart. */
const HOST = 16;
/** Characters of that digest. */
const DIGEST = 12;

/** The folder of the sockets; only this user may enter it. */
export function socketFolder(stateDir: string): string {
  return `${stateDir}/workers`;
}

/** A name that no other worker has; it tells on which machine it was made. */
export function socketName(): string {
  return `${thisHost()}-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}.sock`;
}

/** Whether a socket was made on this machine: only then nobody's listening on it means that its worker is gone. */
export function isOfThisHost(name: string): boolean {
  return name.startsWith(`${thisHost()}-`);
}

/** The names of all sockets in the folder. */
export async function socketNames(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.map(({ name }) => name).filter((name) => name.endsWith(".sock")).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Gives the path of a socket, by way of a link to its folder where it would be too long for the system. */
export async function withSocketPath<T>(folder: string, name: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = `${folder}/${name}`;
  if (new TextEncoder().encode(path).length <= MAX_PATH) return await use(path);
  const short = await PrivateFolder.make();
  try {
    await Deno.symlink(folder, `${short.path}/w`);
    return await use(`${short.path}/w/${name}`);
  } finally {
    await short.remove();
  }
}

function thisHost(): string {
  const name = Deno.hostname();
  const digest = sha256(new TextEncoder().encode(name)).slice(0, DIGEST);
  return `${name.replaceAll(/[^A-Za-z0-9]/g, "_").slice(0, HOST)}_${digest}`;
}
