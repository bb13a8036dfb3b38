/** The client for producers in TypeScript and JavaScript: `onelink-pipeline/client`. docs/clients.md shows how to use it. */

export type { Outcome, OutcomeKind } from '../lambdas/domain/contract/outcome.ts';
export type { KeyAnswer, LinkAnswer, RequestAnswer, RequestState } from '../lambdas/domain/http/answers.ts';
export { CommandError, type CommandFault } from './command-error.ts';
export type { Action, Command, Create, Delete, KeyedLink, LinkData, Qr, Update } from './commands.ts';
export { type HttpLinks, httpLinks, type QrImage, type ReadCall, type SendCall, type WaitingCall } from './http.ts';
export type { HttpOptions, Sign, UnsignedRequest } from './http-caller.ts';
export type { ManyResult } from './many.ts';
export { type OutcomeReceiver, receiveOutcomes } from './outcomes.ts';
export {
  checkSnsMessage,
  type ExpectedSns,
  type SnsMessage,
  SnsMessageError,
  type SnsMessageFault,
} from './sns-signature.ts';
export { type SentCommand, type SqsCall, type SqsLinks, type SqsOptions, sqsLinks } from './sqs.ts';
