import { campaignCheckerMetric } from '../../lambdas/campaign-checker/names.ts';
import { campaignLaneMetric } from '../../lambdas/campaign-sender/names.ts';
import { actMetric } from '../../lambdas/domain/acts/names.ts';
import type { Operation } from '../../lambdas/domain/onelink/operation.ts';
import {
  dimension,
  expiryLane,
  laneMetric,
  operationMetric,
  qrLane,
  readerLane,
  sourceMetric,
} from '../../lambdas/domain/work/names.ts';
import { forwarderMetric } from '../../lambdas/forwarder/names.ts';
import { governorMetric, laneStateMetric } from '../../lambdas/governor/names.ts';
import { httpApiMetric } from '../../lambdas/http-api/names.ts';
import { httpAuthorizerMetric } from '../../lambdas/http-authorizer/names.ts';
import { heldMetric, replayerMetric } from '../../lambdas/replayer/names.ts';
import type { PipelineSettings } from '../config/config-schema.ts';
import { httpProducersOf } from '../config/http.ts';
import { ingressQueuesOf } from '../config/principals.ts';

/** One metric as CloudWatch bills it: a name and a combination of dimensions, without the pipeline's own dimension. */
export interface CustomMetric {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The metrics of the expiry worker, which creates no links and receives no commands. */
const ofExpiry = [
  laneMetric.commandReturned,
  laneMetric.linkExpired,
  laneMetric.linkRenewed,
  laneMetric.linkExpiringSoon,
  laneMetric.rateLimited,
  laneMetric.quotaRefused,
  laneMetric.bookkeepingFailed,
  laneMetric.accountBlocked,
];
const expiryAlone: readonly string[] = [laneMetric.linkExpired, laneMetric.linkRenewed, laneMetric.linkExpiringSoon];
const ofLane = Object.values(laneMetric).filter((name) => !expiryAlone.includes(name));
/** Metrics on the answers to the governor's own calls. */
const ofGovernor = [laneMetric.rateLimited, laneMetric.quotaRefused, laneMetric.accountBlocked];
/** Metrics on the answers to the reader's calls. A GET costs no quota. */
const ofReader = [laneMetric.rateLimited, laneMetric.accountBlocked];
/** The metrics on the answers to the QR worker's calls, which cost no quota. Its other metrics are the lanes' own. */
const ofQr = [laneMetric.rateLimited, laneMetric.accountBlocked];
/** The operations that each caller uses. */
const linkOperations = ['create', 'read', 'update', 'delete', 'quota'] as const;
const expiryOperations = ['read', 'update'] as const;
const readerOperations = ['read', 'quota'] as const;

/** All custom metrics that a pipeline's functions can write. CloudWatch bills each for the hours in which a function writes it. */
export function customMetrics({ lanes, producers }: Pick<PipelineSettings, 'lanes' | 'producers'>): CustomMetric[] {
  const named = (names: readonly string[], dimensions: CustomMetric['dimensions']) =>
    names.map((name) => ({ name, dimensions }));
  const calls = (made: readonly Operation[], dimensions: CustomMetric['dimensions']) =>
    made.flatMap((one) => named(Object.values(operationMetric), { ...dimensions, [dimension.operation]: one }));
  const laneStates = Object.values(laneStateMetric);
  const expiry = { [dimension.lane]: expiryLane };
  const callers = httpProducersOf({ producers });
  return [
    ...Object.keys(lanes).flatMap((name) => {
      const lane = { [dimension.lane]: name };
      return [
        ...named(
          [...ofLane, ...laneStates, ...Object.values(replayerMetric), ...Object.values(campaignLaneMetric)],
          lane,
        ),
        ...calls(linkOperations, lane),
      ];
    }),
    ...named([...ofExpiry, ...laneStates], expiry),
    ...calls(expiryOperations, expiry),
    ...named([...ofQr, ...laneStates], { [dimension.lane]: qrLane }),
    ...calls(['qr'], { [dimension.lane]: qrLane }),
    ...named(ofReader, { [dimension.lane]: readerLane }),
    ...calls(readerOperations, { [dimension.lane]: readerLane }),
    ...named([...Object.values(governorMetric), ...ofGovernor, ...Object.values(heldMetric)], {}),
    ...named(Object.values(campaignCheckerMetric), {}),
    ...named(Object.values(actMetric), {}),
    ...(ingressQueuesOf({ producers }).length > 0 ? named(Object.values(forwarderMetric), {}) : []),
    ...(callers.length > 0 ? named(Object.values(httpApiMetric), {}) : []),
    ...(callers.some(({ keys }) => keys) ? named(Object.values(httpAuthorizerMetric), {}) : []),
    ...[...new Set(producers.map(({ source }) => source))].flatMap((source) =>
      named([sourceMetric.quotaCallMade], { [dimension.source]: source }),
    ),
  ];
}
