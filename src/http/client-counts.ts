/** How many of something each client address holds, against a limit. Clients of Unix sockets have no address and are not counted. */
export class ClientCounts {
  private readonly held = new Map<string, number>();

  /** Counts one more; false, and nothing is counted, when that would be too many. @param max 0 = no limit */
  take(client: string | undefined, max: number): boolean {
    if (client === undefined) return true;
    const count = this.held.get(client) ?? 0;
    if (max > 0 && count >= max) return false;
    this.held.set(client, count + 1);
    return true;
  }

  release(client: string | undefined): void {
    if (client === undefined) return;
    const left = (this.held.get(client) ?? 1) - 1;
    if (left > 0) this.held.set(client, left);
    else this.held.delete(client);
  }
}
