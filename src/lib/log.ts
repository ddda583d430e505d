/** Levels as Consul names them, quietest last. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** `fields` are printed as ` key=value` after the text; never put tokens or key values there. */
export interface Logger {
  log(level: LogLevel, text: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A logger whose lines carry `name` ("agent", "agent.http") in front. */
  named(name: string): Logger;
}

export const silentLogger: Logger = { log: () => {}, named: () => silentLogger };
