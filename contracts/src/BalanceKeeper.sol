// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title A stand-in for Fluence's Balance contract, for local chains only.
/// @notice It has the public interface and the events of the real contract. Every unit is in exactly one place: the
/// pool, a user's free balance, a deal, or limbo. Their sum per token never exceeds the contract's own balance.
/// Only the coordinator moves money.
contract BalanceKeeper is Initializable, UUPSUpgradeable {
    using SafeERC20 for IERC20;

    enum IncreaseReason {
        TopUp,
        Refund,
        FromDeal,
        FromLimbo,
        Moved
    }

    enum DecreaseReason {
        ToDeal,
        Withdraw,
        ToLimbo,
        Moved
    }

    enum DealReason {
        Create,
        TopUp
    }

    struct DepositInfo {
        address token;
        address deal;
        address user;
        uint256 amount;
        uint256 blockNumber;
    }

    event UserBalanceIncrease(
        address indexed token, address indexed user, address indexed initiator, uint256 amount, string topUpId
    );
    event FreeBalanceIncrease(
        address indexed token, address indexed user, IncreaseReason indexed reason, uint256 amount, address info
    );
    event FreeBalanceDecrease(
        address indexed token, address indexed user, DecreaseReason indexed reason, uint256 amount, address info
    );
    event DealDeposit(
        address indexed token,
        address indexed deal,
        address indexed user,
        uint256 amount,
        DealReason reason,
        uint256 blockNumber,
        uint256 depositIndex
    );
    event DealWithdraw(
        address indexed token, address indexed deal, address indexed user, uint256 amount, uint8 reserved
    );
    event Refunded(address indexed token, address indexed user, uint256 amount, address initiator);
    event Withdrawn(address indexed token, address indexed user, uint256 amount, uint8 reserved, address initiator);
    event BalanceMoved(
        address indexed token, address indexed from, address indexed to, uint256 amount, uint8 reserved
    );
    event SentToLimbo(address indexed token, address indexed user, address initiator, uint256 amount);
    event FundedFromLimbo(address indexed token, address indexed user, address initiator, uint256 amount);
    event WithdrawnFromLimbo(
        address indexed token, address indexed user, address indexed to, address initiator, uint256 amount
    );
    event AccountFreezeStateChanged(address indexed user, bool frozen, address initiator);
    event PoolTopUp(address indexed token, address indexed initiator, uint256 amount);
    event PoolWithdraw(address indexed token, address indexed initiator, uint256 amount);

    uint256 public constant WITHDRAW_REQUEST_DELAY = 7 days;

    address public owner;
    address public coordinator;
    address public diamond;
    bool public manualWithdrawEnabled;

    mapping(address token => uint256) public poolBalance;
    mapping(address token => mapping(address user => uint256)) public limbo;
    mapping(address user => bool) public frozen;
    mapping(string topUpId => bool) public topUpIds;

    mapping(address token => mapping(address user => uint256)) private _free;
    mapping(address token => mapping(address user => uint256)) private _reserved;
    mapping(address token => mapping(address deal => mapping(address user => uint256))) private _inDeal;
    DepositInfo[] private _deposits;

    modifier onlyOwner() {
        require(msg.sender == owner, "BalanceKeeper: only owner");
        _;
    }

    modifier onlyCoordinator() {
        require(msg.sender == coordinator, "BalanceKeeper: only coordinator");
        _;
    }

    modifier notFrozen(address user) {
        require(!frozen[user], "BalanceKeeper: account is frozen");
        _;
    }

    constructor() {
        _disableInitializers();
    }

    function initialize(address diamond_) external initializer {
        owner = msg.sender;
        coordinator = msg.sender;
        diamond = diamond_;
    }

    function setCoordinator(address coordinator_) external onlyOwner {
        coordinator = coordinator_;
    }

    // Views

    function getFreeBalance(address token, address user) external view returns (uint256) {
        return _free[token][user];
    }

    function getFullBalance(address token, address user) external view returns (uint256) {
        return _free[token][user] + _reserved[token][user];
    }

    function getDepositInfoLength() external view returns (uint256) {
        return _deposits.length;
    }

    /// @return infos the deposits from index `from` up to, not including, `to`
    function getDepositInfo(uint256 from, uint256 to) external view returns (DepositInfo[] memory infos) {
        require(from <= to && to <= _deposits.length, "BalanceKeeper: getDepositInfo: out of range");
        infos = new DepositInfo[](to - from);
        for (uint256 i = from; i < to; i++) {
            infos[i - from] = _deposits[i];
        }
    }

    // The pool: money from the payment provider that belongs to no user yet

    function poolTopUp(address token, uint256 amount) external {
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        poolBalance[token] += amount;
        emit PoolTopUp(token, msg.sender, amount);
    }

    function poolWithdraw(address token, uint256 amount) external onlyCoordinator {
        _takeFromPool(token, amount);
        IERC20(token).safeTransfer(msg.sender, amount);
        emit PoolWithdraw(token, msg.sender, amount);
    }

    // A user's balance

    function userTopUp(address token, address user, uint256 amount, string calldata topUpId)
        external
        onlyCoordinator
    {
        require(!topUpIds[topUpId], "BalanceKeeper: userTopUp: top-up id already used");
        topUpIds[topUpId] = true;
        _takeFromPool(token, amount);
        _increaseFree(token, user, IncreaseReason.TopUp, amount, msg.sender);
        emit UserBalanceIncrease(token, user, msg.sender, amount, topUpId);
    }

    /// @notice Refunds a user from the pool, for instance for a workload that failed.
    function refund(address token, address user, uint256 amount) external onlyCoordinator {
        _takeFromPool(token, amount);
        _increaseFree(token, user, IncreaseReason.Refund, amount, msg.sender);
        emit Refunded(token, user, amount, msg.sender);
    }

    function withdraw(address token, address user, address to, uint256 amount)
        external
        onlyCoordinator
        notFrozen(user)
    {
        _decreaseFree(token, user, DecreaseReason.Withdraw, amount, to);
        IERC20(token).safeTransfer(to, amount);
        emit Withdrawn(token, user, amount, 0, msg.sender);
    }

    function moveBalance(address token, address from, address to, uint256 amount)
        external
        onlyCoordinator
        notFrozen(from)
    {
        _decreaseFree(token, from, DecreaseReason.Moved, amount, to);
        _increaseFree(token, to, IncreaseReason.Moved, amount, from);
        emit BalanceMoved(token, from, to, amount, 0);
    }

    // Deals: the reserves of running workloads

    function moveBalanceToDeal(address token, address user, address deal, uint256 amount)
        external
        onlyCoordinator
        notFrozen(user)
    {
        _decreaseFree(token, user, DecreaseReason.ToDeal, amount, deal);
        DealReason reason = _inDeal[token][deal][user] == 0 ? DealReason.Create : DealReason.TopUp;
        _reserved[token][user] += amount;
        _inDeal[token][deal][user] += amount;
        _deposits.push(DepositInfo(token, deal, user, amount, block.number));
        emit DealDeposit(token, deal, user, amount, reason, block.number, _deposits.length - 1);
    }

    function moveBalanceFromDeal(address token, address user, address deal, uint256 amount)
        external
        onlyCoordinator
        notFrozen(user)
    {
        _takeFromDeal(token, user, deal, amount);
        _increaseFree(token, user, IncreaseReason.FromDeal, amount, deal);
    }

    /// @notice Pays `amount` of the reserve of `user` for `deal` to whoever runs the workload.
    function withdrawByDeal(address token, address user, address deal, address to, uint256 amount)
        external
        onlyCoordinator
    {
        _takeFromDeal(token, user, deal, amount);
        IERC20(token).safeTransfer(to, amount);
        emit DealWithdraw(token, deal, user, amount, 0);
    }

    // Limbo: money under review

    function sendToLimbo(address token, address user) external onlyCoordinator {
        uint256 amount = _free[token][user];
        _decreaseFree(token, user, DecreaseReason.ToLimbo, amount, msg.sender);
        limbo[token][user] += amount;
        emit SentToLimbo(token, user, msg.sender, amount);
    }

    function fundFromLimbo(address token, address user) external onlyCoordinator {
        uint256 amount = _emptyLimbo(token, user);
        _increaseFree(token, user, IncreaseReason.FromLimbo, amount, msg.sender);
        emit FundedFromLimbo(token, user, msg.sender, amount);
    }

    function withdrawFromLimbo(address token, address user, address to) external onlyCoordinator {
        uint256 amount = _emptyLimbo(token, user);
        IERC20(token).safeTransfer(to, amount);
        emit WithdrawnFromLimbo(token, user, to, msg.sender, amount);
    }

    function freezeAccount(address user) external onlyCoordinator {
        frozen[user] = true;
        emit AccountFreezeStateChanged(user, true, msg.sender);
    }

    function unfreezeAccount(address user) external onlyCoordinator {
        frozen[user] = false;
        emit AccountFreezeStateChanged(user, false, msg.sender);
    }

    // Internal

    function _takeFromPool(address token, uint256 amount) private {
        require(poolBalance[token] >= amount, "BalanceKeeper: not enough in the pool");
        poolBalance[token] -= amount;
    }

    function _takeFromDeal(address token, address user, address deal, uint256 amount) private {
        require(_inDeal[token][deal][user] >= amount, "BalanceKeeper: not enough in the deal");
        _inDeal[token][deal][user] -= amount;
        _reserved[token][user] -= amount;
    }

    function _emptyLimbo(address token, address user) private returns (uint256 amount) {
        amount = limbo[token][user];
        limbo[token][user] = 0;
    }

    function _increaseFree(address token, address user, IncreaseReason reason, uint256 amount, address info) private {
        _free[token][user] += amount;
        emit FreeBalanceIncrease(token, user, reason, amount, info);
    }

    function _decreaseFree(address token, address user, DecreaseReason reason, uint256 amount, address info) private {
        require(_free[token][user] >= amount, "BalanceKeeper: not enough free balance");
        _free[token][user] -= amount;
        emit FreeBalanceDecrease(token, user, reason, amount, info);
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}
}
