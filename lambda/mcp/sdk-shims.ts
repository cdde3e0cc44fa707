// What the MCP SDK takes from its surroundings by the name `_shims`, in the bundle: the small one of its two validators.
import process from 'node:process';
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker';

export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator, process };
