/** What was started, to be stopped in the reverse order. Used by everything that is built of parts with a lifetime. */
export class StopStack {
  private readonly parts: { readonly name: string; readonly stop: () => void | Promise<void> }[] = [];
  private stopping: Promise<void> | null = null;
  private readonly onFailure: (name: string, error: unknown) => void;

  /** @param onFailure a part that failed to stop; the others are stopped all the same */
  constructor(onFailure: (name: string, error: unknown) => void) {
    this.onFailure = onFailure;
  }

  push(name: string, stop: () => void | Promise<void>): void {
    this.parts.push({ name, stop });
  }

  /** Resolves when everything has been stopped. May be called again: it is the same stop. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  private async stopAll(): Promise<void> {
    for (let part = this.parts.pop(); part; part = this.parts.pop()) {
      try {
        await part.stop();
      } catch (error) {
        this.onFailure(part.name, error);
      }
    }
  }
}
