import type { LinkSpec, QrOptions } from '../contract/command.ts';
import type { ApiAnswer, LinkAtApi } from '../onelink/api-answer.ts';
import type { LinkAddress } from './link-id.ts';
import type { QrImage } from './qr-image.ts';

/** The use cases' port to the OneLink API. */
export interface OneLinkApi {
  create(address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>>;
  read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>>;
  update(address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>>;
  delete(address: LinkAddress): Promise<ApiAnswer<null>>;
  qr(address: LinkAddress, options: QrOptions): Promise<ApiAnswer<QrImage>>;
  /** POST, PUT and DELETE calls that the account has left this UTC month. */
  quota(accountId: string): Promise<ApiAnswer<number>>;
}
