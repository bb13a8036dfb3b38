/** What a caller does about a command that made nothing, by its outcome's reason (docs/commands.md). */
const remedies: Readonly<Record<string, string>> = {
  'request-id-reused': 'The same key came before, with another content. Use a new key for each new command.',
  'sender-not-allowed': 'Ask the operator whether the configuration still has this producer.',
  'not-owner': 'The link is not one of the caller’s source. Only its owner may change it.',
  'made-elsewhere': 'The link was not made by this pipeline. Change it where it was made.',
  'link-not-found': 'The link does not exist. Check both IDs, and send the command under another key.',
  'against-policy': 'A link policy forbids the link as it is. Ask the operator, or make a new link under another key.',
  'invalid-link-data': 'Version 2.0 refuses the link’s own data. Send migrate with data under another key.',
  'link-deleted': 'The link was deleted. Make another link under another key.',
  'link-expired': 'The link has expired. Make another link under another key.',
  'subject-erased': 'What concerned its subject was erased after it was requested. Do not send it again.',
  'valid-until-passed':
    'Its validUntil passed before its turn. If it is still wanted, send it with a later validUntil under another key.',
  'later-change-applied':
    'A later change of the link was applied first. Read the link. If the command is still wanted, send it under another key.',
  'shortlink-id-taken':
    'Another link has the chosen shortlinkId. Choose another ID and another key, or send "onConflict": "derive".',
  'expired-link-remains':
    'An ended link still has the chosen shortlinkId. Choose another ID and another key, or try again in 48 hours under another key.',
  'api-unavailable': 'The OneLink API gave no code. Send a command with the action qr under another key.',
};
const anyRemedy = 'Correct the command, and send it under another key.';
const codeRemedies: Readonly<Record<string, string>> = {
  'api-unavailable': remedies['api-unavailable'] ?? anyRemedy,
  'link-not-found': 'The link has ended, so no code follows.',
  'link-deleted': 'The link was deleted, so no code follows.',
  'subject-erased': 'What concerned its subject was erased, so no code follows.',
};
const anyCodeRemedy = 'Correct the options, and send a command with the action qr under another key.';

/**
 * The detail of a problem about a command that made nothing.
 *
 * @param ended its outcome or status
 * @param keepsKey whether the next try has the same key: a link by key
 */
export function endedDetail(ended: string, reason: string, hasFaults: boolean, keepsKey = false): string {
  const remedy = ended === 'qr-failed' ? (codeRemedies[reason] ?? anyCodeRemedy) : (remedies[reason] ?? anyRemedy);
  const fitting = keepsKey ? remedy.replace(/ under another key| and another key/, '') : remedy;
  return `The command ended as ${ended}: ${reason}. ${hasFaults ? 'Read errors. ' : ''}${fitting}`;
}

/** The detail of a problem about a QR code that cannot be made. */
export const codeDetail = (reason: string): string =>
  `The QR code cannot be made: ${reason}. ${codeRemedies[reason] ?? anyCodeRemedy}`;
