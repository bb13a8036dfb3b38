/** Program: runs a cloud, invokes its function without waiting for the end, and reports the endpoints to its parent. */
import { startLocalCloud } from '../../../../local/cloud/cloud.ts';

const [assemblyDirectory = '', workDirectory = ''] = process.argv.slice(2);
const cloud = await startLocalCloud({ assemblyDirectory, workDirectory });
void cloud.invoke('worker', {});
process.send?.({ endpoints: [...new Set(Object.values(cloud.endpoints))] });
