import * as z from 'zod';
import { isObject } from './json-object.ts';
import { jsonText } from './json-text.ts';

const objectText = jsonText(z.custom<Record<string, unknown>>(isObject));

/** The JSON object that a text is; undefined if it is none. */
export const objectIn = (text: string) => objectText.safeParse(text).data;
