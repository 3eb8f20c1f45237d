/*
 * The stored names: each list is written once and makes the enum, the stored name and the words on the screen.
 * Store, JSON and scripts use the stored names; the schema's CHECKs are tested against these lists.
 */
#ifndef FORMS_NAMES_H
#define FORMS_NAMES_H

/*         enum        stored        Chinese     English */
#define APP_STATES(X) \
	X(APP_DRAFT,      "draft",      "草稿",     "draft") \
	X(APP_RECEIVED,   "received",   "已受理",   "received") \
	X(APP_CORRECTION, "correction", "待补正",   "correction") \
	X(APP_REVIEW,     "review",     "待复查",   "review") \
	X(APP_APPROVED,   "approved",   "已通过",   "approved") \
	X(APP_ISSUING,    "issuing",    "制证中",   "issuing") \
	X(APP_ISSUED,     "issued",     "已制证",   "issued") \
	X(APP_DELIVERED,  "delivered",  "已交付",   "delivered") \
	X(APP_CLOSED,     "closed",     "已办结",   "closed") \
	X(APP_REFUSED,    "refused",    "不予受理", "refused") \
	X(APP_WITHDRAWN,  "withdrawn",  "已撤回",   "withdrawn") \
	X(APP_EXPIRED,    "expired",    "已过期",   "expired")
#define ITEM_STATES(X) \
	X(ITEM_OPEN,      "open",      "待制",   "open") \
	X(ITEM_ISSUING,   "issuing",   "制证中", "issuing") \
	X(ITEM_ISSUED,    "issued",    "已签发", "issued") \
	X(ITEM_VERIFIED,  "verified",  "已核验", "verified") \
	X(ITEM_DELIVERED, "delivered", "已交付", "delivered") \
	X(ITEM_DROPPED,   "dropped",   "已作废", "dropped")
#define TOKEN_STATES(X) \
	X(TOKEN_BLANK,      "blank",      "空白",   "blank") \
	X(TOKEN_RESERVED,   "reserved",   "已预留", "reserved") \
	X(TOKEN_ACTIVE,     "active",     "在用",   "active") \
	X(TOKEN_SUSPENDED,  "suspended",  "停用",   "suspended") \
	X(TOKEN_LOST,       "lost",       "遗失",   "lost") \
	X(TOKEN_DAMAGED,    "damaged",    "损坏",   "damaged") \
	X(TOKEN_TERMINATED, "terminated", "报废",   "terminated")
#define CERT_STATES(X) \
	X(CERT_UNCONFIRMED, "unconfirmed", "未确认", "unconfirmed") \
	X(CERT_VALID,       "valid",       "有效",   "valid") \
	X(CERT_HOLD,        "hold",        "冻结",   "on hold") \
	X(CERT_REVOKED,     "revoked",     "已注销", "revoked") \
	X(CERT_SUPERSEDED,  "superseded",  "已更新", "superseded") \
	X(CERT_EXPIRED,     "expired",     "已到期", "expired")
/* open: journalled, the CA may or may not have it · received: certificate stored · confirmed: certConf answered ·
 * done: for issuing the item is issued, for revoking the CA has revoked · ended: ended without a certificate in use */
#define INTENT_STATES(X) \
	X(INTENT_OPEN,      "open",      "待发送", "open") \
	X(INTENT_RECEIVED,  "received",  "已收证", "received") \
	X(INTENT_CONFIRMED, "confirmed", "已确认", "confirmed") \
	X(INTENT_DONE,      "done",      "完成",   "done") \
	X(INTENT_ENDED,     "ended",     "已终止", "ended")
#define MATERIAL_OUTCOMES(X) \
	X(MATERIAL_PENDING, "pending", "待核", "pending") \
	X(MATERIAL_PASS,    "pass",    "合格", "pass") \
	X(MATERIAL_FAIL,    "fail",    "不合格", "fail") \
	X(MATERIAL_MISSING, "missing", "缺",   "missing")
#define MATERIAL_POINTS(X) \
	X(POINT_PRESENT, "present", "齐全", "present") \
	X(POINT_STAMPED, "stamped", "盖章", "stamped") \
	X(POINT_LEGIBLE, "legible", "清晰", "legible") \
	X(POINT_AGREES,  "agrees",  "一致", "agrees with the form")
#define MONEY_STATES(X) \
	X(MONEY_NONE_DUE,  "none_due",  "免费",   "none due") \
	X(MONEY_DUE,       "due",       "待付",   "due") \
	X(MONEY_PART,      "part",      "部分付", "part paid") \
	X(MONEY_SETTLED,   "settled",   "已付清", "settled") \
	X(MONEY_WAIVED,    "waived",    "已减免", "waived") \
	X(MONEY_TO_REFUND, "to_refund", "待退款", "to refund") \
	X(MONEY_REFUNDED,  "refunded",  "已退款", "refunded")
/* what a line of a fee table is on: a seal line needs a filled seal.name, a user line is per user of a package */
#define FEE_OBJECTS(X) \
	X(FEE_CERTIFICATE, "certificate", "证书",     "certificate") \
	X(FEE_SEAL,        "seal",        "印章",     "seal") \
	X(FEE_USER,        "user",        "个人证书", "user") \
	X(FEE_TOKEN,       "token",       "介质",     "token")
#define PAY_METHODS(X) \
	X(PAY_CASH,     "cash",     "现金",     "cash") \
	X(PAY_CARD,     "card",     "刷卡",     "card") \
	X(PAY_WECHAT,   "wechat",   "微信支付", "WeChat Pay") \
	X(PAY_ALIPAY,   "alipay",   "支付宝",   "Alipay") \
	X(PAY_TRANSFER, "transfer", "转账",     "transfer")
#define ROLES(X) \
	X(ROLE_CLERK,      "clerk",      "受理员", "clerk") \
	X(ROLE_REVIEWER,   "reviewer",   "复查员", "reviewer") \
	X(ROLE_FINANCE,    "finance",    "财务",   "finance") \
	X(ROLE_SUPERVISOR, "supervisor", "主管",   "supervisor") \
	X(ROLE_AUDITOR,    "auditor",    "审计员", "auditor") \
	X(ROLE_SYSTEM,     "system",     "系统",   "system")
#define SERVICES(X) \
	X(SERVICE_NEW,             "new",             "新申请",   "new") \
	X(SERVICE_RENEW,           "renew",           "更新",     "renew") \
	X(SERVICE_REPLACE,         "replace",         "补办",     "replace") \
	X(SERVICE_CHANGE,          "change",          "变更",     "change") \
	X(SERVICE_UNLOCK,          "unlock",          "解锁",     "unlock") \
	X(SERVICE_REVOKE,          "revoke",          "注销",     "revoke") \
	X(SERVICE_RECOVER,         "recover",         "密钥恢复", "key recovery") \
	X(SERVICE_ADD_USERS,       "add_users",       "增加授权", "add users") \
	X(SERVICE_ADD_APPLICATION, "add_application", "增开应用", "add application") \
	X(SERVICE_SWAP,            "swap",            "UKey更换", "swap token") \
	X(SERVICE_ADD_SEAL,        "add_seal",        "加办印章", "add seal") \
	X(SERVICE_REPORT_LOSS,     "report_loss",     "挂失",     "report loss")
#define CHANNELS(X) \
	X(CHANNEL_COUNTER, "counter", "现场", "counter") \
	X(CHANNEL_MAIL,    "mail",    "邮寄", "mail") \
	X(CHANNEL_ONLINE,  "online",  "线上", "online")
#define NATURES(X) \
	X(NATURE_ENTERPRISE,        "enterprise",        "企业",     "enterprise") \
	X(NATURE_INSTITUTION,       "institution",       "事业",     "public institution") \
	X(NATURE_STATE_ORGAN,       "state_organ",       "国家机关", "state organ") \
	X(NATURE_SOCIAL_GROUP,      "social_group",      "社会团体", "social group") \
	X(NATURE_MASS_ORGANISATION, "mass_organisation", "人民团体", "mass organisation") \
	X(NATURE_OTHER,             "other",             "其他",     "other")
#define SEAL_TYPES(X) \
	X(SEAL_CONTRACT,  "contract",  "合同专用章",     "contract seal") \
	X(SEAL_OFFICIAL,  "official",  "公章",           "official seal") \
	X(SEAL_MORTGAGE,  "mortgage",  "抵押业务专用章", "mortgage seal") \
	X(SEAL_CREDIT,    "credit",    "信贷业务专用章", "credit seal") \
	X(SEAL_LEGAL_REP, "legal_rep", "法定代表人章",   "legal representative's seal") \
	X(SEAL_PERSONAL,  "personal",  "个人签名章",     "personal seal")
#define USER_ROLES(X) \
	X(USER_ADMINISTRATOR, "administrator", "管理员",   "administrator") \
	X(USER_AUTHORISED,    "user",          "授权用户", "authorised user")
#define ID_KINDS(X) \
	X(IDKIND_RESIDENT,  "resident_id",       "居民身份证",         "resident ID") \
	X(IDKIND_PASSPORT,  "passport",          "护照",               "passport") \
	X(IDKIND_HK_MACAO,  "hk_macao_permit",   "港澳居民来往内地通行证", "Hong Kong/Macao permit") \
	X(IDKIND_TAIWAN,    "taiwan_permit",     "台湾居民来往大陆通行证", "Taiwan permit") \
	X(IDKIND_FOREIGNER, "foreign_residence", "外国人永久居留身份证",   "foreigner's permanent residence") \
	X(IDKIND_OTHER,     "other",             "其他证件",           "other")
#define DOC_KINDS(X) \
	X(DOC_APPROVAL,     "founding_approval",    "单位设立的批准文件",           "founding approval") \
	X(DOC_INSTITUTION,  "public_institution",   "事业单位法人证书",             "public institution certificate") \
	X(DOC_CREDIT_CODE,  "credit_code_cert",     "统一社会信用代码证书",         "credit code certificate") \
	X(DOC_LAW_FIRM,     "law_firm",             "律师事务所执业许可证",         "law firm licence") \
	X(DOC_MEDICAL,      "medical",              "医疗机构执业许可证",           "medical licence") \
	X(DOC_UNION,        "trade_union",          "工会法人资格证书",             "trade union certificate") \
	X(DOC_COLLECTIVE,   "rural_collective",     "农村集体经济组织证明书",       "rural collective certificate") \
	X(DOC_NON_ENT,      "private_non_enterprise", "民办非企业单位法人登记证书", "private non-enterprise certificate") \
	X(DOC_SOCIAL,       "social_organisation",  "社会团体法人登记证书",         "social organisation certificate") \
	X(DOC_ORG_CODE,     "org_code",             "组织机构代码证",               "organisation code certificate") \
	X(DOC_OTHER,        "other",                "其他",                         "other")
#define REASONS(X) \
	X(REASON_KEY_COMPROMISE, "key_compromise",      "密钥泄露",   "key compromise") \
	X(REASON_AFFILIATION,    "affiliation_changed", "信息变更",   "affiliation changed") \
	X(REASON_SUPERSEDED,     "superseded",          "已被取代",   "superseded") \
	X(REASON_CESSATION,      "cessation",           "停止使用",   "cessation of operation") \
	X(REASON_PRIVILEGE,      "privilege_withdrawn", "权限撤回",   "privilege withdrawn") \
	X(REASON_LOST,           "lost",                "遗失",       "lost") \
	X(REASON_DAMAGED,        "damaged",             "损坏",       "damaged") \
	X(REASON_FOUND,          "found",               "找回",       "found again") \
	X(REASON_SUSPEND,        "suspend",             "暂停使用",   "suspend") \
	X(REASON_RESUME,         "resume",              "恢复使用",   "resume")
/* CRLReason of RFC 5280 5.3.1, by its number; 7 is not used */
#define CRL_REASONS(X) \
	X(CRL_UNSPECIFIED,  "unspecified",         "未说明",     "unspecified") \
	X(CRL_KEY,          "key_compromise",      "密钥泄露",   "key compromise") \
	X(CRL_CA_KEY,       "ca_compromise",       "CA密钥泄露", "CA compromise") \
	X(CRL_AFFILIATION,  "affiliation_changed", "信息变更",   "affiliation changed") \
	X(CRL_SUPERSEDED,   "superseded",          "已被取代",   "superseded") \
	X(CRL_CESSATION,    "cessation",           "停止使用",   "cessation of operation") \
	X(CRL_HOLD,         "certificate_hold",    "冻结",       "on hold") \
	X(CRL_UNUSED,       "unused",              "-",          "-") \
	X(CRL_RELEASE,      "remove_from_crl",     "解除冻结",   "taken off hold") \
	X(CRL_PRIVILEGE,    "privilege_withdrawn", "权限撤回",   "privilege withdrawn") \
	X(CRL_AA_KEY,       "aa_compromise",       "AA密钥泄露", "AA compromise")
/* queued: on its way, or nobody knows since a crash · done: in the queue's or the caller's hands · kept: as a file of the home */
#define PRINT_STATES(X) \
	X(PRINT_QUEUED, "queued", "待打印", "queued") \
	X(PRINT_DONE,   "done",   "已打印", "done") \
	X(PRINT_FAILED, "failed", "失败",   "failed") \
	X(PRINT_KEPT,   "kept",   "已存档", "kept")

#define NAMES_ENUM(e, s, zh, en) e,
enum app_state { APP_STATES(NAMES_ENUM) APP_STATE_N };
enum item_state { ITEM_STATES(NAMES_ENUM) ITEM_STATE_N };
enum token_state { TOKEN_STATES(NAMES_ENUM) TOKEN_STATE_N };
enum cert_state { CERT_STATES(NAMES_ENUM) CERT_STATE_N };
enum intent_state { INTENT_STATES(NAMES_ENUM) INTENT_STATE_N };
enum material_outcome { MATERIAL_OUTCOMES(NAMES_ENUM) MATERIAL_OUTCOME_N };
enum material_point { MATERIAL_POINTS(NAMES_ENUM) MATERIAL_POINT_N };	/* bit 1 << point */
enum money_state { MONEY_STATES(NAMES_ENUM) MONEY_STATE_N };
enum fee_object { FEE_OBJECTS(NAMES_ENUM) FEE_OBJECT_N };
enum pay_method { PAY_METHODS(NAMES_ENUM) PAY_METHOD_N };
enum role { ROLES(NAMES_ENUM) ROLE_N };
enum service { SERVICES(NAMES_ENUM) SERVICE_N };
enum channel { CHANNELS(NAMES_ENUM) CHANNEL_N };
enum user_role { USER_ROLES(NAMES_ENUM) USER_ROLE_N };
enum seal_type { SEAL_TYPES(NAMES_ENUM) SEAL_TYPE_N };
enum crl_reason { CRL_REASONS(NAMES_ENUM) CRL_REASON_N };
enum print_state { PRINT_STATES(NAMES_ENUM) PRINT_STATE_N };

/* One row of a list; each table is ended by a row whose stored name is NULL. */
struct name {
	const char *stored;
	const char *zh;
	const char *en;
};
extern const struct name app_state_names[], item_state_names[], token_state_names[], cert_state_names[],
	intent_state_names[], material_outcome_names[], material_point_names[], money_state_names[],
	fee_object_names[], pay_method_names[], role_names[], service_names[], channel_names[], nature_names[], seal_type_names[],
	user_role_names[], id_kind_names[], doc_kind_names[], reason_names[], crl_reason_names[], print_state_names[];

/* Index of a stored name in a table, -1 when it is not there (or NULL). */
int name_index(const struct name *table, const char *stored);

#endif
