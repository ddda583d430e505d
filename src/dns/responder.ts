/** From a packet to the bytes of its answer. */
import type { Logger } from '../lib/log.js';
import type { Answer } from '../model/backend.js';
import type { HealthEntry } from '../model/catalog-answers.js';
import { errorTable, MeshError } from '../model/errors.js';
import { type LookUpOutside, nameReply } from './answers/name.js';
import { reverseReply } from './answers/reverse.js';
import { zoneOf } from './asked.js';
import { clientAddress, scopedToSubnet } from './client-address.js';
import { type Context, isUnknownDatacenter } from './context.js';
import { fitReply, limitsOf, type Transport } from './fit.js';
import { Plans, type ServicePlan } from './plans.js';
import type { Question } from './question.js';
import { nameError, type Reply, replyWith } from './reply.js';
import { Rcode, Type } from './wire/codes.js';
import { encodeMessage } from './wire/encoder.js';
import { nameLabels } from './wire/name.js';
import type { Pieces } from './wire/pieces.js';
import { refusalBytes, replyWord } from './wire/reply-word.js';
import { type Request, readRequest } from './wire/request.js';

/** Puts a packet to the recursors and gives their reply back as it is; null when none has a final answer. */
export type Forward = (packet: Buffer, transport: Transport) => Promise<Buffer | null>;

export interface ResponderParts {
  readonly context: Context;
  readonly forward: Forward;
  readonly lookUpOutside: LookUpOutside;
  readonly logger: Logger;
}

interface From {
  readonly packet: Buffer;
  readonly transport: Transport;
  /** Address of the sender. */
  readonly peer: string;
}

export class Responder {
  private readonly parts: ResponderParts;
  private readonly context: Context;
  private readonly plans: Plans;
  private readonly hasRecursors: boolean;

  constructor(parts: ResponderParts) {
    this.parts = parts;
    this.context = parts.context;
    this.plans = new Plans(parts.context);
    this.hasRecursors = parts.context.settings.recursors.length > 0;
  }

  /** @returns null for what gets no reply; never rejects */
  async respond(packet: Buffer, transport: Transport, peer: string): Promise<Buffer | null> {
    const request = readRequest(packet);
    if (request === null) return null;
    if (request.kind === 'refusal') return refusalBytes(request);
    try {
      const plan = this.plans.planFor(request.key, request.type);
      return plan
        ? await this.servicePlanned(request, plan, { packet, transport, peer })
        : await this.slowly(request, { packet, transport, peer });
    } catch (error) {
      return this.failure(request, error, transport);
    }
  }

  private async servicePlanned(request: Request, plan: ServicePlan, from: From): Promise<Buffer> {
    const answer = await this.context.backend.query(plan.query, plan.options);
    const pieces = this.isFresh(answer) ? this.plans.piecesFor(plan, answer.value) : null;
    return pieces ? this.drawn(request, pieces, from.transport) : this.slowly(request, from);
  }

  private isFresh({ lastContactMs }: Answer<readonly HealthEntry[]>): boolean {
    return lastContactMs <= this.context.settings.maxStaleMs;
  }

  private drawn(request: Request, pieces: Pieces, transport: Transport): Buffer {
    const { settings, random } = this.context;
    const { answers, bytes, compressed } = limitsOf(request, transport, settings);
    const choicesMax = settings.aRecordLimit > 0 && request.type !== Type.SRV ? settings.aRecordLimit : Number.POSITIVE_INFINITY;
    const isCut = pieces.draw(request, { choicesMax, countMax: answers, bytesMax: bytes, compressed }, random);
    return pieces.write(request, this.wordFor(request, Rcode.NOERROR, { isAuthoritative: true, isCut }));
  }

  /** Record by record. */
  private async slowly(request: Request, { packet, transport, peer }: From): Promise<Buffer> {
    const labels = nameLabels(request.question) ?? [];
    const lower = labels.map((label) => label.toLowerCase());
    const owner = `${labels.join('.')}.`;
    const source = clientAddress(request, peer);
    const question: Question = { owner, labels: lower, type: request.type, depth: 0, hasEdns: request.edns !== null, source };
    const zone = zoneOf(lower, this.context.domains);
    if (zone.kind === 'outside' || (zone.kind === 'domain' && request.type === Type.DS && this.hasRecursors)) {
      return this.outside(request, packet, transport);
    }
    if (zone.kind === 'domain') {
      return this.written(request, await nameReply(this.context, question, zone.labels, this.parts.lookUpOutside), transport);
    }
    const reply = await reverseReply(this.context, question);
    return reply ? this.written(request, reply, transport) : this.forwarded(request, packet, transport);
  }

  private async outside(request: Request, packet: Buffer, transport: Transport): Promise<Buffer> {
    if (this.hasRecursors) return this.forwarded(request, packet, transport);
    const reply = replyWith({ rcode: Rcode.REFUSED, isAuthoritative: false });
    return this.written({ ...request, edns: null }, reply, transport);
  }

  /** What no recursor could answer is their failure: SERVFAIL, and RA even when there is none. */
  private async forwarded(request: Request, packet: Buffer, transport: Transport): Promise<Buffer> {
    const reply = this.hasRecursors ? await this.parts.forward(packet, transport) : null;
    if (reply) return reply;
    const word = replyWord(request.word, Rcode.SERVFAIL, { isAuthoritative: false, isTruncated: false, recursionAvailable: true });
    return encodeMessage({ ...request, word, answers: [], authority: [], additional: [] }, true);
  }

  private written(asked: Request, whole: Reply, transport: Transport): Buffer {
    const { settings } = this.context;
    const request = whole.isForSubnet ? scopedToSubnet(asked) : asked;
    const { reply, isTruncated } = fitReply(whole, request, transport, settings);
    const word = this.wordFor(request, reply.rcode, { isAuthoritative: reply.isAuthoritative, isCut: isTruncated });
    const { id, question, edns } = request;
    const { answers, authority, additional } = reply;
    return encodeMessage({ id, word, question, answers, authority, additional, edns }, !settings.disableCompression);
  }

  private wordFor(request: Request, rcode: Rcode, { isAuthoritative, isCut }: { isAuthoritative: boolean; isCut: boolean }): number {
    const isTruncated = isCut && this.context.settings.enableTruncate;
    return replyWord(request.word, rcode, { isAuthoritative, isTruncated, recursionAvailable: this.hasRecursors });
  }

  private failure(request: Request, error: unknown, transport: Transport): Buffer | null {
    if (this.context.signal.aborted) return null;
    if (isUnknownDatacenter(error)) return this.written(request, nameError(this.context), transport);
    const rcode = error instanceof MeshError ? Rcode[errorTable[error.code].dnsRcode] : Rcode.SERVFAIL;
    const level = error instanceof MeshError ? 'debug' : 'error';
    this.parts.logger.log(level, 'a question could not be answered', { error: error instanceof Error ? error.message : String(error) });
    return this.written(request, replyWith({ rcode }), transport);
  }
}
