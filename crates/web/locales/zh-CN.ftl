# Every message that clients read, in Chinese. The same identifiers stand in en.ftl.

done = 操作成功
created = 创建成功
registered = 注册成功
logged-in = 登录成功
token-refreshed = 令牌已刷新
logged-out = 已退出登录
account-deleted = 账户已删除
password-changed = 密码已修改
mail-requested = 如果该邮箱有对应的账户，邮件已发送
check-mail = 请查收邮件以继续
email-verified = 邮箱已验证

user-already-exists = 用户已存在
invalid-credentials = 邮箱或密码错误
invalid-mail-token = 链接无效或已过期，请重新获取

bad-request = 请求格式错误
invalid-json = 请求体不是有效的JSON
unauthorized = 无效的认证凭据
forbidden = 没有访问权限
https-required = 此处不提供明文HTTP服务，请使用HTTPS
session-required = 此操作需要会话的访问令牌，请登录
sign-in-to-verify = 请登录该账户或输入其密码以验证邮箱
email-not-verified = 邮箱尚未验证，请查收验证邮件
registration-closed = 该邮箱不能在此注册
cross-site = 仅接受来自本站页面和允许来源的Cookie调用
not-found = 请求的资源不存在
method-not-allowed = 不支持该请求方法
request-timeout = 请求超时
payload-too-large = 请求体过大
unsupported-media-type = 不支持的请求内容类型
conflict = 数据已被他人修改，请刷新后重试
precondition-failed = 数据已发生变化，前提条件不满足
precondition-required = 该请求需要If-Match请求头
rate-limited = 请求过于频繁，请稍后重试
validation-failed = 请求数据校验失败
internal-error = 服务器内部错误
unavailable = 服务暂时不可用，请稍后重试

field-missing = 缺少必填字段
field-not-text = 必须是字符串
field-not-integer = 必须是64位整数
field-not-boolean = 必须是true或false
field-not-timestamp = 必须是RFC 3339格式的日期时间，例如2026-11-22T10:34:31Z
field-not-uuid = 必须是UUID，例如01a2041e-213a-73b5-8e99-f9bd446c72db
text-too-long = 文本过长
text-forbidden-character = 文本包含不允许的字符
body-not-object = 请求体必须是JSON对象
locale-unknown = 必须是zh-CN或en
email-invalid = 邮箱地址格式不正确
email-too-long = 邮箱地址过长
password-too-short = 密码长度至少{ $password_min_length }位
password-too-common = 密码过于常见，请更换
password-too-long = 密码不能超过{ $password_max_bytes }字节
password-forbidden-character = 密码包含不允许的字符
