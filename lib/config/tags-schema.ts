import * as z from 'zod';
import { key, text } from './setting-rules.ts';

/**
 * The tags of a stage, within the limits of the services that get them (Tagging AWS Resources; CloudFormation API reference,
 * Tag). IAM takes two names that differ in case alone for one.
 */

const signs = String.raw`[\p{L}\p{Z}\p{N}_.:/=+\-@]`;
const signsInWords = 'letters, digits, blanks and _ . : / = + - @';
const mostTags = 50;

const tagName = key(
  new RegExp(`^(?!aws:)${signs}{1,128}$`, 'iu'),
  `must be 1–128 ${signsInWords}, and must not start with aws:`,
);
const tagValue = text(new RegExp(`^${signs}{1,256}$`, 'u'), `must be 1–256 ${signsInWords}`);

export const tagsSchema = z.record(tagName, tagValue).superRefine((tags, context) => {
  const names = Object.keys(tags);
  if (names.length > mostTags) {
    const message = `must be at most ${mostTags} tags, not ${names.length}: take some out`;
    context.addIssue({ code: 'custom', path: [], message });
  }
  const known = new Map<string, string>();
  for (const name of names) {
    const first = known.get(name.toLowerCase());
    known.set(name.toLowerCase(), first ?? name);
    if (first === undefined) continue;
    const message = `must differ from ${first} in more than case, because IAM takes both for one name: take one out`;
    context.addIssue({ code: 'custom', path: [name], message });
  }
});
