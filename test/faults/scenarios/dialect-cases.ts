import { type Dialect, dialectLimits } from '../../../lambdas/domain/onelink/dialect.ts';
import { type CrashAction, crashActions } from './crash-points.ts';
import { type Spoiling, spoiledAnswers, tokenRotated } from './lost-answers.ts';

const ofQr: ReadonlySet<CrashAction> = new Set(['create with QR code', 'qr'] as const);
/** The errors of version 2.0 alone. A 400 of version 1.0 refuses the request, or reports that its ID is taken. */
const ofV2: ReadonlySet<Spoiling> = new Set([
  '400 internal_error, not applied',
  '400 internal_error, applied',
] as const);

/** The cases of the lost answers and the crash points that a version of the API has: one table for both. */
export function casesOf(dialect: Dialect) {
  const { hasQr, migrates } = dialectLimits[dialect];
  const spoilings = [...(Object.keys(spoiledAnswers) as Spoiling[]), tokenRotated] as const;
  return {
    actions: crashActions.filter((action) => (hasQr || !ofQr.has(action)) && (migrates || action !== 'migrate')),
    spoilings: spoilings.filter((spoiling) => dialect === 'v2.0' || !ofV2.has(spoiling)),
  };
}
