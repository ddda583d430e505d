/** Network coordinates of nodes, one for each segment of the network a node is in. */
import type { CoordinateRecord } from '../model/coordinate.js';
import type { StoredValue } from '../model/storage.js';
import { asMatched, coordinateFromStored, splitPairKey } from './stored.js';
import type { Watches } from './watches.js';

export interface CoordinateView {
  /** Newest change of any coordinate. */
  readonly index: number;
  ofNode(node: string): readonly CoordinateRecord[];
  /** In order of the nodes. */
  all(): readonly CoordinateRecord[];
}

export class CoordinateTable implements CoordinateView {
  index = 0;
  private readonly byNode = new Map<string, readonly CoordinateRecord[]>();
  private readonly watches: Watches;

  constructor(watches: Watches) {
    this.watches = watches;
  }

  ofNode(node: string): readonly CoordinateRecord[] {
    return this.byNode.get(asMatched(node)) ?? none;
  }

  all(): readonly CoordinateRecord[] {
    return [...this.byNode.keys()].sort().flatMap((node) => this.byNode.get(node) ?? none);
  }

  put(key: string, record: StoredValue, revision: number): void {
    const [node, segment] = splitPairKey(key);
    const others = this.ofNode(node).filter(({ Segment }) => asMatched(Segment) !== segment);
    const coordinates = [...others, coordinateFromStored(record)].sort((a, b) => (a.Segment < b.Segment ? -1 : 1));
    this.byNode.set(node, Object.freeze(coordinates));
    this.touch(node, revision);
  }

  delete(key: string, revision: number): void {
    const [node, segment] = splitPairKey(key);
    const left = this.ofNode(node).filter(({ Segment }) => asMatched(Segment) !== segment);
    if (left.length === this.ofNode(node).length) return;
    if (left.length > 0) this.byNode.set(node, Object.freeze(left));
    else this.byNode.delete(node);
    this.touch(node, revision);
  }

  keysBelow(prefix: string): string[] {
    const records = prefix.includes('\0') ? this.ofNode(splitPairKey(prefix)[0]) : this.all();
    const keys = records.map(({ Node, Segment }) => `${asMatched(Node)}\0${asMatched(Segment)}`);
    return keys.filter((key) => key.startsWith(prefix));
  }

  raiseFloor(revision: number): void {
    this.index = revision;
  }

  private touch(node: string, revision: number): void {
    this.index = revision;
    this.watches.mark('coordinate', node);
    this.watches.markTable('coordinates');
  }
}

const none: readonly CoordinateRecord[] = Object.freeze([]);
