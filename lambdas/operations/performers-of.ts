import { type AlarmPorts, alarmActs } from './alarms.ts';
import type { OrderPorts } from './campaign-orders.ts';
import { campaignActs } from './campaigns.ts';
import type { ControlChangePorts } from './change-control.ts';
import type { OperationsEnvironment } from './env.ts';
import { type ExportPorts, exportAct } from './export.ts';
import { type KeyPorts, keyActs } from './keys.ts';
import { laneActs } from './lanes.ts';
import type { Paced } from './move-letters.ts';
import { parkedActs } from './parked.ts';
import type { Performers } from './performers.ts';
import { type PurgePorts, purgeAct } from './purge.ts';
import { quarantineActs, type ReleasePorts } from './quarantine.ts';
import { type RedrivePorts, redriveAct } from './redrive.ts';
import { type RedriveOutcomesPorts, redriveOutcomesAct } from './redrive-outcomes.ts';
import { type RetirePorts, retireAct } from './retire.ts';
import { type SenderPorts, senderActs } from './senders.ts';
import type { SubjectPorts, SubjectSettings } from './subject-ports.ts';
import { subjectActs } from './subjects.ts';

/** Everything that any act works with. */
export type AllPorts = ControlChangePorts &
  OrderPorts &
  RetirePorts &
  Parameters<typeof parkedActs>[0] &
  Paced<RedrivePorts> &
  Paced<RedriveOutcomesPorts> &
  PurgePorts &
  ReleasePorts &
  SenderPorts &
  KeyPorts &
  AlarmPorts &
  ExportPorts & { subjects: SubjectPorts };

/** The work of every act. A new act gets its line here, and its contract in the registry. */
export function performersOf(env: OperationsEnvironment, ports: AllPorts): Performers {
  return {
    ...laneActs(env, ports),
    ...campaignActs(ports),
    ...retireAct(ports),
    ...parkedActs(ports),
    ...redriveAct(env, ports),
    ...redriveOutcomesAct(env, ports),
    ...purgeAct(env, ports),
    ...quarantineActs(ports),
    ...senderActs(ports),
    ...keyActs(ports),
    ...exportAct(ports),
    ...alarmActs(ports),
    ...subjectActs(subjectSettings(env), ports.subjects),
  };
}

const subjectSettings = (env: OperationsEnvironment): SubjectSettings => ({
  settleSeconds: env.LONGEST_WORK_SECONDS,
  keptDays: env.DEDUPLICATION_WINDOW_DAYS,
  lanes: new Set(Object.keys(env.LANE_QUEUE_URLS)),
});
