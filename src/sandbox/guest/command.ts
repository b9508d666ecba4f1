/** `Deno.Command` for a guest that was granted `run`. @module */

type Stdio = "stdin" | "stdout" | "stderr";

const STREAMS: readonly Stdio[] = ["stdin", "stdout", "stderr"];

/** A guest has no standard streams that a program could inherit: it gets none in their place. */
export function guestCommand(Command: typeof Deno.Command): typeof Deno.Command {
  return class extends Command {
    readonly #spawned: () => Deno.ChildProcess;

    constructor(program: string | URL, options: Deno.CommandOptions = {}) {
      super(program, { ...options, ...uninherited(options, STREAMS.filter((stream) => stream in options)) });
      const spawned = { ...options, ...uninherited(options, STREAMS) };
      this.#spawned = () => new Command(program, spawned).spawn();
    }

    /** `output()` asks for pipes by itself; only here the default is to inherit. */
    override spawn(): Deno.ChildProcess {
      return this.#spawned();
    }
  };
}

function uninherited(options: Deno.CommandOptions, streams: readonly Stdio[]): Pick<Deno.CommandOptions, Stdio> {
  const kept = (stream: Stdio) => (options[stream] ?? "inherit") === "inherit" ? "null" : options[stream];
  return Object.fromEntries(streams.map((stream) => [stream, kept(stream)]));
}
