/**
 * Stand-ins for built-ins that many packages import and few of their users need: they load, and say so when they are
 * used. Refused at the import, they would take the whole package away.
 * @module
 */

import { shimFile } from "./builtins.ts";

/** What makes a function that refuses, the same in each of them. */
const REFUSE = `const refuse = (name, mend) => function () {
  const error = new Error(name + " is not available to plugins and tasks" + mend + ".");
  error.code = "NUVOM_LOADER_BUILTIN_REFUSED";
  throw error;
};
`;

const PROCESSES = ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"];

const CHILD_PROCESS = `${REFUSE}
const no = (name) => refuse("node:child_process." + name, "; with a run permission in the manifest there is Deno.Command");
${PROCESSES.map((name) => `export const ${name} = no(${JSON.stringify(name)});`).join("\n")}
export const ChildProcess = no("ChildProcess");
export default { ChildProcess, ${PROCESSES.join(", ")} };
`;

const THREADS = ["moveMessagePortToContext", "postMessageToThread", "receiveMessageOnPort"];

const WORKER_THREADS = `${REFUSE}
const no = (name) => refuse("node:worker_threads." + name, "");
export const isMainThread = true, parentPort = null, workerData = null, threadId = 0, resourceLimits = {};
export const SHARE_ENV = Symbol.for("nodejs.worker_threads.SHARE_ENV"), { MessageChannel, MessagePort } = globalThis;
export const Worker = no("Worker"), BroadcastChannel = no("BroadcastChannel");
${THREADS.map((name) => `export const ${name} = no(${JSON.stringify(name)});`).join("\n")}
const data = new Map();
export const setEnvironmentData = (key, value) => void data.set(key, value), getEnvironmentData = (key) => data.get(key);
export const markAsUntransferable = () => {}, markAsUncloneable = () => {}, isMarkedAsUntransferable = () => false;
export default { isMainThread, parentPort, workerData, threadId, resourceLimits, SHARE_ENV, MessageChannel, MessagePort, Worker,
  BroadcastChannel, ${THREADS.join(", ")}, setEnvironmentData, getEnvironmentData,
  markAsUntransferable, markAsUncloneable, isMarkedAsUntransferable };
`;

const CONSOLE_METHODS = [
  ..."assert clear count countReset debug dir dirxml error group groupCollapsed groupEnd info log".split(" "),
  ..."profile profileEnd table time timeEnd timeLog timeStamp trace warn".split(" "),
];

/** This module may be read before the realm's console is in its place, so it asks for it at each call. */
const CONSOLE = `${REFUSE}
export const Console = refuse("node:console.Console", "; use console");
${CONSOLE_METHODS.map((name) => `const its_${name} = (...args) => globalThis.console.${name}(...args);`).join("\n")}
export { ${CONSOLE_METHODS.map((name) => `its_${name} as ${name}`).join(", ")} };
export default { Console, ${CONSOLE_METHODS.map((name) => `${name}: its_${name}`).join(", ")} };
`;

/** By file name. */
export const STAND_INS: ReadonlyMap<string, string> = new Map([
  [shimFile("child_process"), CHILD_PROCESS],
  [shimFile("console"), CONSOLE],
  [shimFile("worker_threads"), WORKER_THREADS],
]);
