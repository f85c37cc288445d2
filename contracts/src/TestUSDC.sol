// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Test money in the form of USDC: six decimals, and anyone can mint it.
/// @notice Name, symbol and decimals are in the code and not in storage, so that the runtime code works at any
/// address of a local chain.
contract TestUSDC is ERC20 {
    constructor() ERC20("", "") {}

    function name() public pure override returns (string memory) {
        return "USD Coin";
    }

    function symbol() public pure override returns (string memory) {
        return "USDC";
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
