import { executorContract } from '../../../test/contracts/executor.ts';
import { LocalAgent } from '../../../test/support/local-agent.ts';

executorContract('the local agent', () => LocalAgent.make());
