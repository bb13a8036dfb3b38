/** A campaign of creates. */
export interface PlannedCampaign {
  name: string;
  /** Hours after the month's start. */
  atHours: number;
  /** Its part of the month's commands. */
  share: number;
  ttl: string;
  renewTtl: boolean;
  /** Every n-th row asks for a QR code. */
  codeEvery?: number;
  /** Days after the month's start until which its links are kept. */
  keepDays?: number;
  /** A producer sends it as commands to the lane, all at once. By default it is a file, which waits in the bucket. */
  isDirect?: true;
}

/** What happens to the account. */
export type AccountEvent =
  /** The API answers 503 to everything. */
  | { kind: 'outage'; atHours: number; hours: number }
  /** The API refuses the token. */
  | { kind: 'token'; atHours: number; hours: number }
  /** The API answers 429 to this part of the calls, although the pipeline keeps to the rate. */
  | { kind: 'rate-limited'; atHours: number; hours: number; probability: number }
  /** Another system spends this part of the quota, in one day. */
  | { kind: 'spent-elsewhere'; atHours: number; share: number };

export interface Calendar {
  days: number;
  /** Days after that, for what was parked to return and end. */
  daysAfter: number;
  /** The part of the month's commands that the transactional lane gets: the bursts, and the rest bit by bit. */
  transactionalShare: number;
  /** The hours at which {@link burstCommands} sign-ins arrive at once. */
  burstsAtHours: number[];
  campaigns: PlannedCampaign[];
  events: AccountEvent[];
}

/** Sign-ins that arrive in one instant, at any scale. */
export const burstCommands = 500;

const at = (day: number, hour: number) => (day - 1) * 24 + hour;

/**
 * March 2026 of a company that uses its whole quota. The campaign lane reaches its reserve in the last week, so what follows waits for
 * April. Each event of the account meets work: a campaign and the transactional lane.
 */
export const march: Calendar = {
  days: 31,
  daysAfter: 1,
  transactionalShare: 0.3,
  burstsAtHours: [2, 5, 9, 13, 16, 20, 23, 26, 29].map((day) => at(day, 18.5)),
  campaigns: [
    { name: 'posters', atHours: at(2, 9), share: 0.01, ttl: '14d', renewTtl: true, codeEvery: 1, keepDays: 60 },
    { name: 'spring', atHours: at(3, 10), share: 0.08, ttl: '31d', renewTtl: true },
    { name: 'app-launch', atHours: at(5, 18.4), share: 0.06, ttl: '7d', renewTtl: false, codeEvery: 50 },
    { name: 'outlet', atHours: at(8, 11), share: 0.07, ttl: '14d', renewTtl: true },
    { name: 'loyalty', atHours: at(11, 9), share: 0.08, ttl: '31d', renewTtl: true },
    { name: 'survey', atHours: at(12, 14.5), share: 0.04, ttl: '3d', renewTtl: false },
    { name: 'easter-1', atHours: at(16, 18.4), share: 0.07, ttl: '14d', renewTtl: false },
    { name: 'flash', atHours: at(18, 9.05), share: 0.05, ttl: '2d', renewTtl: false },
    { name: 'easter-2', atHours: at(22, 10), share: 0.08, ttl: '14d', renewTtl: true, codeEvery: 100 },
    { name: 'receipts', atHours: at(24, 9), share: 0.03, ttl: '31d', renewTtl: false, isDirect: true },
    { name: 'insurance', atHours: at(26, 9), share: 0.06, ttl: '31d', renewTtl: true },
    { name: 'partners', atHours: at(27, 18.4), share: 0.04, ttl: '31d', renewTtl: true, isDirect: true },
    { name: 'garden', atHours: at(30, 9), share: 0.03, ttl: '14d', renewTtl: false },
  ],
  events: [
    { kind: 'outage', atHours: at(8, 10), hours: 2 },
    { kind: 'token', atHours: at(12, 14), hours: 1 },
    { kind: 'rate-limited', atHours: at(18, 9), hours: 0.5, probability: 0.3 },
    ...[4, 10, 17, 24].map((day) => ({ kind: 'spent-elsewhere' as const, atHours: at(day, 12), share: 0.015 })),
  ],
};

/**
 * Three days with the same kinds of events. Other systems spend most of the quota, so that it runs out on the third day. The next month
 * begins after it.
 */
export const threeDays: Calendar = {
  days: 3,
  daysAfter: 0.25,
  transactionalShare: 0.4,
  burstsAtHours: [at(1, 18.5)],
  campaigns: [
    { name: 'posters', atHours: at(1, 9), share: 0.02, ttl: '14d', renewTtl: true, codeEvery: 4, keepDays: 60 },
    { name: 'spring', atHours: at(1, 10), share: 0.12, ttl: '1d', renewTtl: true },
    { name: 'outlet', atHours: at(2, 9.5), share: 0.12, ttl: '31d', renewTtl: true },
    { name: 'flash', atHours: at(2, 15.05), share: 0.08, ttl: '20h', renewTtl: false },
    { name: 'garden', atHours: at(3, 18), share: 0.14, ttl: '14d', renewTtl: false },
    { name: 'partners', atHours: at(3, 20), share: 0.06, ttl: '14d', renewTtl: false, isDirect: true },
  ],
  events: [
    { kind: 'outage', atHours: at(2, 9), hours: 1 },
    { kind: 'token', atHours: at(2, 12), hours: 0.5 },
    { kind: 'rate-limited', atHours: at(2, 15), hours: 0.5, probability: 0.3 },
    { kind: 'spent-elsewhere', atHours: at(1, 1), share: 0.6 },
  ],
};
