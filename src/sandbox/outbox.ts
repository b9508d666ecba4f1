/**
 * What one side may have under way to the other. The receiver grants credit for what it has taken; without credit
 * messages wait here, and only so many. So no queue between the two (socket, relay, message port) can grow without end,
 * whatever either side does.
 * @module
 */

/** Characters under way that were not taken yet, above which nothing more is sent. */
export const WINDOW = 16 * 1024 * 1024;
/** What every message costs beside its characters: its place in the queues. */
export const MESSAGE_COST = 256;
/** Messages that wait for credit. */
export const MAX_WAITING = 20_000;
/** Characters that wait for credit. */
export const MAX_WAITING_SIZE = 64 * 1024 * 1024;

/** The share of the window after which its use is granted again. */
const GRANT = WINDOW / 4;

/** What a text takes of the window. */
export function costOf(text: string): number {
  return text.length + MESSAGE_COST;
}

interface Waiting {
  readonly text: string;
  readonly sent: () => void;
}

/** Sends texts in order, as far as there is credit. */
export class Outbox {
  readonly #send: (text: string) => void;
  #waiting: Waiting[] = [];
  #head = 0;
  #waitingSize = 0;
  #underWay = 0;

  /** @param send Takes a text at once. */
  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  /** Whether a message would be sent at once. */
  get open(): boolean {
    return this.#head === this.#waiting.length && this.#underWay < WINDOW;
  }

  /** Whether more may wait. */
  get room(): boolean {
    return this.#waiting.length - this.#head < MAX_WAITING && this.#waitingSize < MAX_WAITING_SIZE;
  }

  /** Sends a text, or keeps it until there is credit. @param sent Called when it is sent. */
  post(text: string, sent: () => void = () => {}): void {
    if (this.open) return this.#sendNow({ text, sent });
    this.#waiting.push({ text, sent });
    this.#waitingSize += text.length;
  }

  /** The other side has taken so much; who says more than there was only floods himself. */
  granted(cost: number): void {
    this.#underWay = Math.max(0, this.#underWay - cost);
    while (this.#head < this.#waiting.length && this.#underWay < WINDOW) {
      const next = this.#waiting[this.#head++]!;
      this.#waitingSize -= next.text.length;
      this.#sendNow(next);
    }
    this.#forgetSent();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = [];
    this.#head = 0;
    this.#waitingSize = 0;
  }

  /** Now and then: moving what is left with every message would cost more than all the rest. */
  #forgetSent(): void {
    if (this.#head < this.#waiting.length / 2) return;
    this.#waiting = this.#waiting.slice(this.#head);
    this.#head = 0;
  }

  #sendNow({ text, sent }: Waiting): void {
    this.#underWay += costOf(text);
    this.#send(text);
    sent();
  }
}

/** The receiver's side: counts what was taken, and says when that is to be granted again. */
export class Taken {
  #cost = 0;

  /** Counts a text; answers what to grant now, mostly nothing. */
  count(text: string): number {
    this.#cost += costOf(text);
    if (this.#cost < GRANT) return 0;
    const grant = this.#cost;
    this.#cost = 0;
    return grant;
  }
}
