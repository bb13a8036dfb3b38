import type { AlarmSeverity } from '../../pipeline/alarm-severity.ts';
import { counted, durationWords, n } from '../../words/words.ts';
import type { Overview, Wrong } from '../contract/overview.ts';

type Facts = Omit<Overview, 'wrong'> & {
  /** The alarms in ALARM. */
  ringing: readonly { name: string; severity?: AlarmSeverity }[];
  /** Lanes with parked commands that the pipeline does not have. */
  stranded: readonly { lane: string; commands: number }[];
};

const rank = { page: 0, ticket: 1, note: 2 } as const;

/** What needs an operator, the most urgent first. Each entry has one thing to do, and leads to where it is done. */
export function wrongIn(facts: Facts): Wrong[] {
  const found = [
    ...ofControl(facts),
    ...ofAlarms(facts),
    ...ofLanes(facts),
    ...ofQuota(facts),
    ...ofStuck(facts),
    ...ofStranded(facts),
    ...ofCampaigns(facts),
  ];
  return found.sort((one, other) => rank[one.severity] - rank[other.severity]);
}

function ofControl({ control, at }: Facts): Wrong[] {
  const entry = { id: 'control', severity: 'page', link: '#/alarms', button: 'Show the alarms' } as const;
  const since = control.governedAt;
  switch (control.record) {
    case 'fresh':
      return [];
    case 'old': {
      const age = since === null ? '' : ` It last ran ${durationWords((at - since) / 1000)} ago.`;
      const what = 'The governor is silent';
      return [
        { ...entry, what, why: `It runs every minute.${age}`, do: 'Read its log, and run onelink doctor.', since },
      ];
    }
    case 'missing':
      return [
        {
          ...entry,
          what: 'There is no control record',
          why: 'The governor has not run yet, or the record was lost.',
          do: 'Wait a minute. If it stays, run onelink doctor.',
          since,
        },
      ];
    case 'corrupt':
      return [
        {
          ...entry,
          what: 'The control record cannot be read',
          why: 'Its form is not the one of this release.',
          do: 'The governor replaces it within a minute. Then check the states of the lanes.',
          since,
        },
      ];
  }
}

/** Pages and tickets apart. An alarm that does not show its severity counts as a page. */
function ofAlarms({ ringing, stack }: Facts): Wrong[] {
  return (['page', 'ticket'] as const).flatMap((severity) => {
    const alarms = ringing.filter((alarm) => (alarm.severity ?? 'page') === severity);
    if (alarms.length === 0) return [];
    const short = alarms.map(({ name }) => (name.startsWith(`${stack}-`) ? name.slice(stack.length + 1) : name));
    const more = short.length > 4 ? `, and ${n(short.length - 4)} more` : '';
    return [
      {
        id: `alarms:${severity}`,
        severity,
        what: `${counted(alarms.length, 'alarm')} ${alarms.length === 1 ? 'is' : 'are'} on`,
        why: `${short.slice(0, 4).join(', ')}${more}.`,
        do:
          severity === 'page'
            ? 'Follow the runbook of each now.'
            : 'Follow the runbook of each on the next working day.',
        link: '#/alarms',
        button: 'Show the alarms',
        since: null,
      },
    ];
  });
}

const laneWords: Readonly<Record<string, string>> = {
  operator: 'An operator paused the work.',
  'quota-reserve-reached': 'The quota is down to the reserve.',
  'quota-share-reached': 'The pipeline’s share of the quota is down to the reserve.',
  'quota-exceeded': 'The API reports that the quota is spent.',
  'hourly-cap-reached': 'The calls of this hour are used.',
  'daily-cap-reached': 'The calls of this day are used.',
  'token-refused': 'The API refuses the token.',
  'feature-off': 'The API reports that the feature is off.',
  'api-outage': 'The API is unavailable.',
  'link-id-secret-differs': 'The link-ID secret is not the one with which the ledger was written.',
  'control-record-lost': 'The control record was lost while the work was paused.',
};

/** One entry for each cause: an outage pauses every lane, and an operator needs to read that once. */
function ofLanes({ lanes }: Facts): Wrong[] {
  // Without a control record, the record is what is wrong (ofControl).
  const closed = lanes.filter(({ state }) => state !== 'open' && state !== 'unknown');
  const causes = Map.groupBy(closed, ({ state, reason, note }) => JSON.stringify([state, reason, note]));
  return [...causes.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { state, reason, note } = first;
    const isByOperator = reason === 'operator' || reason === 'control-record-lost';
    const noted = note === null ? '' : ` “${note}”`;
    const isParking = state === 'parking';
    const names = same.map(({ lane }) => lane);
    const parked = same.reduce((sum, { parked }) => sum + (parked.value ?? 0), 0);
    const begun = same.map(({ since }) => since).filter((since) => since !== null);
    const cause = laneWords[reason ?? ''] ?? 'The reason is unknown.';
    return [
      {
        id: `lane-${state}:${names.join('+')}`,
        severity: isParking ? ('ticket' as const) : reason === 'operator' ? ('note' as const) : ('page' as const),
        what: `${lanesWords(names, lanes.length)} ${state}`,
        why: `${cause}${noted}`,
        do: isParking
          ? `The commands wait in the archive${parked > 0 ? ` (${n(parked)})` : ''}. They return when there is quota.`
          : isByOperator
            ? 'Resume when the cause has gone.'
            : 'Work resumes when the API answers again.',
        link: isParking ? '#/stuck/parked' : '#/overview/lanes',
        button: isParking ? 'Show what is parked' : names.length === 1 ? 'Show the lane' : 'Show the lanes',
        since: begun.length === 0 ? null : Math.min(...begun),
      },
    ];
  });
}

/** `The lane campaign is`, `The lanes campaign and qr are`, `All lanes are` */
function lanesWords(names: readonly string[], all: number): string {
  if (names.length === 1) return `The lane ${names[0]} is`;
  if (names.length === all) return 'All lanes are';
  return `The lanes ${names.slice(0, -1).join(', ')} and ${names.at(-1)} are`;
}

function ofQuota({ quota }: Facts): Wrong[] {
  const entry = { severity: 'ticket', link: '#/overview/quota', button: 'Show the quota', since: null } as const;
  if (quota.remaining.value === null) {
    const why = 'No poll of the quota has succeeded yet.';
    return [{ ...entry, id: 'quota-unknown', what: 'The quota is unknown', why, do: 'Run onelink doctor.' }];
  }
  if (quota.lasts !== false || quota.hoursToEmpty === null) return [];
  return [
    {
      ...entry,
      id: 'quota-running-out',
      what: `The quota is spent in ${durationWords(quota.hoursToEmpty * 3_600)}`,
      why: `At ${n(Math.round(quota.burnPerHour ?? 0))} calls an hour, ${n(quota.remaining.value)} are left this month.`,
      do: 'Pause what can wait, or ask AppsFlyer for more calls.',
    },
  ];
}

const stuckWords = {
  'dead-letters': [
    'dead letter',
    'Twenty deliveries did not complete them.',
    'Read their reasons, then send them back.',
  ],
  held: ['held command', 'Their sender is not known to send as their source.', 'Confirm or reject the sender.'],
  quarantine: ['object in quarantine', 'They could not be replayed.', 'Look at the lines, then release or drop them.'],
} as const;

function ofStuck({ stuck }: Facts): Wrong[] {
  return (['dead-letters', 'held', 'quarantine'] as const)
    .filter((kind) => stuck[kind] > 0)
    .map((kind) => {
      const [noun, why, todo] = stuckWords[kind];
      const many = kind === 'quarantine' && stuck[kind] > 1;
      const what = many ? `${n(stuck[kind])} objects in quarantine` : counted(stuck[kind], noun);
      return {
        id: `stuck:${kind}`,
        severity: 'ticket',
        what,
        why,
        do: todo,
        link: `#/stuck/${kind}`,
        button: 'Show them',
        since: null,
      };
    });
}

function ofStranded({ stranded }: Facts): Wrong[] {
  return stranded.map(({ lane, commands }) => ({
    id: `stranded:${lane}`,
    severity: 'ticket',
    what: `${counted(commands, 'command')} parked for a lane that is gone`,
    why: `The pipeline has no lane ${lane}, so nothing replays them.`,
    do: 'Follow “A removed lane” in docs/operations.md.',
    link: '#/stuck/parked',
    button: 'Show what is parked',
    since: null,
  }));
}

function ofCampaigns({ campaigns }: Facts): Wrong[] {
  return campaigns.flatMap(({ source, name, state, paused, changedAt }): Wrong[] => {
    const link = `#/campaigns/${encodeURIComponent(source)}/${encodeURIComponent(name)}`;
    const entry = { severity: 'note', link, button: 'Open the campaign', since: changedAt } as const;
    const key = `${source}/${name}`;
    if (state === 'waiting') {
      const why = 'Its file is checked. Nothing is sent before somebody approves it.';
      return [
        {
          ...entry,
          id: `waiting:${key}`,
          what: `${key} waits for approval`,
          why,
          do: 'Read its check, and approve it.',
        },
      ];
    }
    if (!paused) return [];
    return [
      {
        ...entry,
        id: `paused:${key}`,
        what: `${key} is paused`,
        why: 'An operator paused it.',
        do: 'Resume or cancel it.',
      },
    ];
  });
}
