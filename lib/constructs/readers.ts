import { AccountPrincipal, ArnPrincipal, type IPrincipal } from 'aws-cdk-lib/aws-iam';
import type { ProducerSettings } from '../config/config-schema.ts';
import { arnOf, isDirect } from '../config/principals.ts';

/** The principals that may read what is a producer's: roles, users and accounts. A service of AWS only sends. */
export function readersOf({ principals }: Pick<ProducerSettings, 'principals'>): IPrincipal[] {
  return principals.flatMap((principal): IPrincipal[] => {
    if (isDirect(principal)) return [new ArnPrincipal(arnOf(principal))];
    return 'account' in principal ? [new AccountPrincipal(principal.account)] : [];
  });
}
