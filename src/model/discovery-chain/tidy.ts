/** The last steps of compiling: no rings, no splitters behind splitters, nothing that is never reached. */
import { MeshError } from '../errors.js';
import type { ChainNode, SplitterNode } from './chain.js';

type Nodes = ReadonlyMap<string, ChainNode>;

/** @throws MeshError `refused` */
export function requireNoLoop(service: string, nodes: Nodes, start: string): void {
  const done = new Set<string>();
  const visit = (key: string, above: readonly string[]): void => {
    if (above.includes(key))
      throw new MeshError('refused', `discovery chain "${service}" detected circular reference: [${[...above, key].join(' -> ')}]`);
    if (done.has(key)) return;
    for (const next of nextOf(nodes.get(key))) visit(next, [...above, key]);
    done.add(key);
  };
  visit(start, []);
}

/** A splitter that leads to a splitter takes over its splits, with the weights multiplied. There are no rings. */
export function foldSplitters(nodes: Nodes): Nodes {
  const splitsOf = (node: SplitterNode): SplitterNode['Splits'] =>
    node.Splits.flatMap((split) => {
      const next = nodes.get(split.NextNode);
      if (next?.Type !== 'splitter') return [split];
      return splitsOf(next).map(({ Weight, NextNode }) => ({ Weight: Math.round(split.Weight * Weight) / 100, NextNode }));
    });
  const folded = [...nodes].map(([key, node]) => [key, node.Type === 'splitter' ? { ...node, Splits: splitsOf(node) } : node] as const);
  return new Map(folded);
}

export function reachable(nodes: Nodes, start: string): Readonly<Record<string, ChainNode>> {
  const found = new Map<string, ChainNode>();
  const waiting = [start];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const node = nodes.get(key);
    if (!node || found.has(key)) continue;
    found.set(key, node);
    waiting.push(...nextOf(node));
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function nextOf(node: ChainNode | undefined): readonly string[] {
  if (node?.Type === 'router') return node.Routes.map(({ NextNode }) => NextNode);
  return node?.Type === 'splitter' ? node.Splits.map(({ NextNode }) => NextNode) : [];
}
