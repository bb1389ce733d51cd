// All texts of this language, by area.
import { account } from './account.ts'
import { after } from './after.ts'
import { buy } from './buy.ts'
import { find } from './find.ts'
import { frame } from './frame.ts'
import { info } from './info.ts'

export const de = { frame, find, buy, after, account, info }
