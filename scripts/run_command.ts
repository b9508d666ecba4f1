/** Runs the programs that a build needs. @module */

import { commandFailed, commandMissing } from "./errors.ts";

/** Makes a Deno before 2.8 trust the certificates of the machine, as later ones do by themselves. */
export const TRUST_MACHINE = { DENO_TLS_CA_STORE: "system,mozilla" } as const;

/** How a program is run. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What to do when it is missing or fails: full sentences. */
  readonly mend?: string;
}

/**
 * Runs a program to its end and answers what it printed to its standard output.
 * @throws {NuvomError} `NUVOM_BUILD_COMMAND`, with what it printed to its standard error.
 */
export async function runCommand([program, ...args]: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { cwd, env, mend } = options;
  const command = new Deno.Command(program!, {
    args,
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  try {
    const { success, stdout, stderr } = await command.output();
    if (!success) throw commandFailed([program!, ...args].join(" "), new TextDecoder().decode(stderr), mend);
    return new TextDecoder().decode(stdout);
  } catch (error) {
    throw error instanceof Deno.errors.NotFound ? commandMissing(program!, mend) : error;
  }
}
